// "Fixed fee and overage", step by step as documented under Dashboard, and what it bills.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {heading_is, on_a_page, says, text_of} from './browser.mjs';
import * as steps from './steps.mjs';

test('Hypernian, with both prices, its tiers and its meter, bills its overage', () =>
  on_a_page(async ({page, api, visit}) => {
    await steps.create_hypernian(page, visit);

    // The tier table follows what is typed, and the preview says what a quantity costs.
    assert.equal(await text_of(page, 'first-unit-1'), '0');
    assert.equal(await text_of(page, 'first-unit-2'), '100,001');
    assert.equal(await text_of(page, 'last-unit-2'), '∞');
    await page.getByTestId('preview-quantity').fill('150,000');
    assert.equal(await text_of(page, 'preview-total'), '$50.00');
    assert.deepEqual(await page.getByTestId('preview-line').allInnerTexts(), [
      'Tier 1\n$0.00\n100,000 × $0.00',
      'Tier 2\n$50.00\n50,000 × $0.001',
    ]);
    await page.getByRole('button', {name: 'Next', exact: true}).click();

    await heading_is(page, 'Add a product');
    await says(page, 'draft-price-1', '$200.00');
    await says(page, 'draft-price-2', 'Graduated, 2 tiers, monthly, usage of hypernian_api_tokens');
    await page.getByRole('button', {name: 'Show as curl'}).click();
    const curl = await text_of(page, 'curl');
    assert.match(curl, /\/v1\/products .*\n.*-u sk_test_browser/);
    assert.match(curl, /-d 'tiers\[1\]\[unit_amount_decimal\]=0\.1'/);
    await page.getByRole('button', {name: 'Add product'}).click();
    await heading_is(page, 'Hypernian');

    const prices = (await api.get('/v1/prices', {'expand[]': 'data.tiers'})).data;
    const metered = prices.find((price) => price.billing_scheme === 'tiered');
    const flat = prices.find((price) => price.unit_amount === 20000);
    assert.deepEqual(
      metered.tiers.map((tier) => [tier.up_to, tier.unit_amount_decimal]),
      [
        [100000, '0'],
        [null, '0.1'],
      ],
    );
    assert.equal(flat.recurring.interval, 'month');
    const meter = (await api.get('/v1/billing/meters')).data[0];
    assert.equal(meter.event_name, 'hypernian_api_tokens');
    assert.equal(metered.recurring.meter, meter.id);

    const customer = await steps.create_customer(page, visit, {
      name: 'Jenny Rosen',
      email: 'jenny@example.com',
      card: 'Visa, succeeds',
    });
    await steps.subscribe(page, visit, {customer, prices: [flat.id, metered.id]});
    await says(page, 'first-invoice', '$200.00');
    await says(page, 'next-invoice', '$200.00');
    await page.getByRole('button', {name: 'Create subscription'}).click();
    await page.getByTestId('subscription').waitFor();
    await says(page, 'status', 'active');

    await visit(`/meters/${meter.id}`);
    await steps.add_usage(page, '150,000');
    await says(page, 'usage-by-customer', '150,000');
    await says(page, 'reports', 'accepted');

    await visit(`/customers/${customer}`);
    await page.getByTestId('subscriptions').locator('tbody a').click();
    await page.getByTestId('subscription').waitFor();
    await says(page, 'used-hypernian_api_tokens', '150,000');
    await says(page, 'upcoming-invoice', '$250.00');

    await steps.move_clock(page, 'End of period', '1 Feb 2026, 00:00:00');
    await steps.move_clock(page, '+1 hour', '1 Feb 2026, 01:00:00');
    await steps.open_newest_invoice(page, visit, customer);
    assert.equal(await text_of(page, 'subtotal'), '$250.00');
    assert.equal(await text_of(page, 'amount-due'), '$250.00');
    assert.equal(await text_of(page, 'amount-paid'), '$250.00');
    await says(page, 'status', 'paid');
    const lines = await page.getByTestId('bill-line').allInnerTexts();
    assert.equal(lines.length, 3);
    assert.match(lines[2], /^50000 × Hypernian \(Tier 2 at \$0\.001 \/ month\)\n\$50\.00\n/);
    assert.match(lines[2], /hypernian_api_tokens: sum of 1 event is 150,000/);
    assert.match(lines[2], /tier 2, above 100,000: 50,000 × \$0\.001/);
    await says(page, 'payments', 'succeeded');
  }));

test('a price that is refused shows why, beside the field, and nothing is made twice', () =>
  on_a_page(
    async ({page, api, visit}) => {
      await steps.create_hypernian(page, visit);
      await page.getByLabel('Per unit of tier 2').fill('much');
      await page.getByRole('button', {name: 'Next', exact: true}).click();
      await heading_is(page, 'Add a product');
      await page.getByRole('button', {name: 'Add product'}).click();
      await heading_is(page, 'Add price');
      const cell = page.locator('td[data-param="tiers[1][unit_amount_decimal]"]');
      await cell.locator('.field-error', {hasText: 'Invalid decimal'}).waitFor();
      assert.equal(await cell.locator('input').getAttribute('aria-invalid'), 'true');
      await cell.locator('input').fill('0.001');
      await page.getByRole('button', {name: 'Next', exact: true}).click();
      await page.getByRole('button', {name: 'Add product'}).click();
      await heading_is(page, 'Hypernian');
      assert.equal((await api.get('/v1/products')).data.length, 1);
      assert.equal((await api.get('/v1/prices')).data.length, 2);
    },
    {expects: ['400 (Bad Request)']},
  ));
