// "Credit burndown", step by step as documented under Dashboard, and what the credits then pay.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {heading_is, on_a_page, says, settled, text_of} from './browser.mjs';
import * as steps from './steps.mjs';

async function send_credits_invoice(page, visit) {
  await visit('/invoices');
  await page.getByRole('link', {name: 'Create invoice'}).click();
  await heading_is(page, 'Create invoice');
  await page
    .getByLabel('Customer', {exact: true})
    .selectOption({label: 'Jenny Rosen (jenny@example.com)'});
  await page.getByLabel('Currency').selectOption({label: 'USD'});
  await page.getByRole('button', {name: 'Add a new line item'}).click();
  const details = page.getByRole('group', {name: 'Item details'});
  await details.getByLabel('Item', {exact: true}).fill('Hypernian Credits');
  await details.getByLabel('Price', {exact: true}).fill('100,000');
  await details.getByRole('button', {name: 'Save'}).click();
  await says(page, 'preview', '$100,000.00');
  await page.getByRole('button', {name: 'Send invoice'}).click();
  await page.getByTestId('invoice').waitFor();
}

async function grant_credits(page, visit, customer) {
  await visit('/customers');
  await page.getByRole('link', {name: 'Jenny Rosen'}).click();
  await heading_is(page, 'Jenny Rosen');
  const section = page.getByTestId('credit-grants');
  await section.getByRole('link', {name: 'New credit grant'}).click();
  await heading_is(page, 'New credit grant');
  await page.getByLabel('Name', {exact: true}).fill('Hypernian commitment');
  await page.getByLabel('Amount').fill('120,000');
  const expiry = page.getByRole('group', {name: 'Expiry date'});
  await expiry.getByRole('radio', {name: 'Specific date'}).check();
  assert.equal(await page.getByTestId('expires_at-date').inputValue(), '2027-01-01');
  await page.getByRole('button', {name: 'Create grant'}).click();
  await heading_is(page, 'Jenny Rosen');
  await says(page, 'credit-grants', '$120,000.00');
  assert.ok(page.url().endsWith(customer));
}

test('the prepayment is invoiced and paid, and the credits pay the usage', () =>
  on_a_page(async ({page, api, visit}) => {
    await steps.create_hypernian(page, visit);
    await page.getByRole('button', {name: 'Next', exact: true}).click();
    await page.getByRole('button', {name: 'Add product'}).click();
    await heading_is(page, 'Hypernian');
    const prices = (await api.get('/v1/prices')).data;
    const customer = await steps.create_customer(page, visit, {
      name: 'Jenny Rosen',
      email: 'jenny@example.com',
      card: 'Visa, succeeds',
    });

    await send_credits_invoice(page, visit);
    await says(page, 'status', 'open');
    assert.equal(await text_of(page, 'total'), '$100,000.00');
    assert.equal(await text_of(page, 'amount-due'), '$100,000.00');
    await says(page, 'timeline', 'invoice.sent');
    await page.getByRole('button', {name: 'Pay', exact: true}).click();
    await page.getByTestId('invoice-pay').getByRole('button', {name: 'Pay'}).click();
    await says(page, 'status', 'paid');
    assert.equal(await text_of(page, 'amount-paid'), '$100,000.00');

    await grant_credits(page, visit, customer);
    const grant = (await api.get('/v1/billing/credit_grants')).data[0];
    assert.equal(grant.amount.monetary.value, 12000000);
    assert.equal(grant.expires_at, Date.UTC(2027, 0, 1) / 1000);
    assert.equal(grant.category, 'paid');
    assert.deepEqual(grant.applicability_config.scope, {price_type: 'metered'});

    await steps.subscribe(page, visit, {
      customer,
      prices: prices.map((price) => price.id).reverse(),
    });
    await page.getByRole('button', {name: 'Create subscription'}).click();
    await page.getByTestId('subscription').waitFor();
    await visit(`/customers/${customer}`);
    await steps.add_usage(page, '45,000,000');
    await says(page, 'usage', '45,000,000');
    await steps.move_clock(page, 'End of period', '1 Feb 2026, 00:00:00');
    await steps.move_clock(page, 'Next due', '1 Feb 2026, 01:00:00');

    await steps.open_newest_invoice(page, visit, customer);
    assert.equal(await text_of(page, 'subtotal'), '$45,100.00');
    assert.equal(await text_of(page, 'credits'), '−$44,900.00');
    assert.equal(await text_of(page, 'total'), '$200.00');
    assert.equal(await text_of(page, 'amount-due'), '$200.00');
    await says(page, 'credits-applied', '$44,900.00');
    await page.getByTestId('credits-applied').getByRole('link').click();
    await page.getByTestId('credit-grant').waitFor();
    await settled(page);
    assert.equal(await text_of(page, 'available'), '$75,100.00');
    await says(page, 'ledger', '−$44,900.00');

    await page.getByRole('button', {name: 'Expire'}).click();
    await page.getByTestId('expire-grant').getByRole('button', {name: 'Expire'}).click();
    await says(page, 'status', 'expired');
    assert.equal(await text_of(page, 'available'), '$0.00');
  }));

test('a grant is refused beside its amount', () =>
  on_a_page(
    async ({page, api, visit}) => {
      const {id} = await api.post('/v1/customers', {name: 'Ada'});
      await visit(`/customers/${id}/credit-grants/new`);
      await page.getByLabel('Amount').fill('lots');
      await page.getByRole('button', {name: 'Create grant'}).click();
      const field = page.locator('[data-param="amount[monetary][value]"]');
      await field.locator('.field-error', {hasText: 'Invalid integer: lots'}).waitFor();
      const input = field.locator('input');
      const said = await page.evaluate(
        (described) => document.getElementById(described).textContent,
        await input.getAttribute('aria-describedby'),
      );
      assert.match(said, /Invalid integer/);
      assert.equal((await api.get('/v1/billing/credit_grants')).data.length, 0);
    },
    {expects: ['400 (Bad Request)']},
  ));
