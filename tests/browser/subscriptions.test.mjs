// The life of a subscription by clicking: trial, update with its proration, pause, cancel.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {on_a_page, says, settled, text_of} from './browser.mjs';
import * as steps from './steps.mjs';

async function make_world(api) {
  const product = await api.post('/v1/products', {name: 'Team'});
  const price = (amount, nickname) =>
    api.post('/v1/prices', {
      product: product.id,
      nickname,
      currency: 'usd',
      unit_amount: amount,
      'recurring[interval]': 'month',
    });
  const customer = await api.post('/v1/customers', {
    name: 'Ada',
    payment_method: 'pm_card_visa',
    'invoice_settings[default_payment_method]': 'pm_card_visa',
  });
  return {customer: customer.id, small: await price(1000, 'Small'), big: await price(3100, 'Big')};
}

const confirm = async (page, dialog, label) => {
  await page.getByTestId(dialog).getByRole('button', {name: label, exact: true}).click();
  await page.getByTestId(dialog).waitFor({state: 'detached'});
};

test('an update is previewed, then billed as previewed', () =>
  on_a_page(async ({page, api, visit}) => {
    const {customer, small, big} = await make_world(api);
    await steps.subscribe(page, visit, {customer, prices: [small.id]});
    await page.getByLabel('Quantity 1').fill('2');
    await says(page, 'first-invoice', '$20.00');
    await page.getByRole('button', {name: 'Create subscription'}).click();
    await page.getByTestId('subscription').waitFor();
    await settled(page);
    await steps.move_clock(page, '+1 day', '2 Jan 2026');

    await page.getByRole('link', {name: 'Update'}).click();
    await page.getByTestId('update-subscription-page').waitFor();
    await page.getByLabel('Price 1', {exact: true}).selectOption(big.id);
    await page.getByLabel('Quantity 1').fill('1');
    await page.getByLabel('Proration').selectOption('always_invoice');
    // 30 of 31 days of 31.00 less those of 20.00: 30.00 - 19.35.
    await says(page, 'proration-preview', '$10.65');
    await page.getByRole('button', {name: 'Update subscription'}).click();
    await page.getByTestId('subscription').waitFor();
    await says(page, 'subscription-invoices', '$10.65');
    await says(page, 'items', 'Big');
    await says(page, 'upcoming-invoice', '$31.00');
  }));

test('a trial ends on the clock, collection pauses and goes on, and the end is chosen', () =>
  on_a_page(
    async ({page, api, visit}) => {
      const {customer, small} = await make_world(api);
      await steps.subscribe(page, visit, {customer, prices: [small.id]});
      await page.getByLabel('Trial days').fill('14');
      await page.getByLabel('Coupon').click();
      await says(page, 'first-invoice', '$0.00');
      await page.getByRole('button', {name: 'Create subscription'}).click();
      await page.getByTestId('subscription').waitFor();
      await says(page, 'status', 'trialing');
      await says(page, 'what-next', 'The trial ends');
      await steps.move_clock(page, 'End of period', '15 Jan 2026');
      await says(page, 'status', 'active');

      await page.getByRole('button', {name: 'Pause'}).click();
      await confirm(page, 'pause-subscription', 'Pause collection');
      await says(page, 'paused', 'collection paused');
      await page.getByRole('button', {name: 'Resume'}).click();
      await confirm(page, 'resume-subscription', 'Resume');
      await page.getByTestId('paused').waitFor({state: 'detached'});

      await page.getByRole('button', {name: 'Cancel'}).click();
      await confirm(page, 'cancel-subscription', 'Cancel subscription');
      await says(page, 'what-next', 'It is canceled');
      await page.getByRole('button', {name: 'Do not cancel'}).click();
      await confirm(page, 'keep-subscription', 'Do not cancel');
      await says(page, 'what-next', 'It renews');
      await page.getByRole('button', {name: 'Cancel'}).click();
      await page.getByRole('radio', {name: 'Immediately'}).check();
      await confirm(page, 'cancel-subscription', 'Cancel subscription');
      await says(page, 'status', 'canceled');
      assert.equal((await api.get('/v1/subscriptions', {status: 'canceled'})).data.length, 1);
      // Canceled at its end, there is no invoice to come, and the preview is told so.
    },
    {expects: ['404 (Not Found)']},
  ));

test('a declined card leaves the invoice open, and another one pays it', () =>
  on_a_page(
    async ({page, api, visit}) => {
      const {customer} = await make_world(api);
      await visit(`/customers/${customer}`);
      await steps.add_card(page, 'Can be saved, declines when charged');
      await api.post('/v1/invoiceitems', {customer, currency: 'usd', amount: 4200});
      const {id} = await api.post('/v1/invoices', {
        customer,
        pending_invoice_items_behavior: 'include',
      });
      await visit(`/invoices/${id}`);
      await page.getByRole('button', {name: 'Finalize'}).click();
      await confirm(page, 'invoice-finalize', 'Finalize');
      await says(page, 'status', 'open');
      await says(page, 'payments', 'Your card was declined.');
      await page.getByRole('button', {name: 'Pay', exact: true}).click();
      const dialog = page.getByTestId('invoice-pay');
      await dialog.getByLabel('With').selectOption('');
      await dialog.getByRole('button', {name: 'Pay'}).click();
      await dialog.getByTestId('form-error').filter({hasText: 'declined'}).waitFor();
      await dialog.getByLabel('With').selectOption({label: 'visa •••• 4242'});
      await dialog.getByRole('button', {name: 'Pay'}).click();
      await says(page, 'status', 'paid');
      assert.equal(await text_of(page, 'amount-paid'), '$42.00');
    },
    {expects: ['402 (Payment Required)']},
  ));

test('a payment that asks for 3D Secure goes on when it is authenticated', () =>
  on_a_page(
    async ({page, api, visit}) => {
      const {customer} = await make_world(api);
      await visit(`/customers/${customer}`);
      await steps.add_card(page, '3D Secure on every payment');
      await api.post('/v1/invoiceitems', {customer, currency: 'usd', amount: 4200});
      const {id} = await api.post('/v1/invoices', {
        customer,
        pending_invoice_items_behavior: 'include',
      });
      await visit(`/invoices/${id}`);
      await page.getByRole('button', {name: 'Finalize'}).click();
      await confirm(page, 'invoice-finalize', 'Finalize');
      // Charged while nobody is there, it is declined; the customer can be asked.
      await says(page, 'payments', 'This transaction requires authentication.');
      await page.getByRole('button', {name: 'Pay', exact: true}).click();
      const dialog = page.getByTestId('invoice-pay');
      await dialog.getByLabel('The customer is there').check();
      await dialog.getByRole('button', {name: 'Pay'}).click();
      await dialog.getByTestId('form-error').filter({hasText: 'requires additional'}).waitFor();
      await dialog.getByRole('button', {name: 'Cancel'}).click();
      await says(page, 'payment-status', 'requires action');
      await page.getByRole('button', {name: 'Authenticate'}).click();
      await confirm(page, 'authenticate', 'Go on');
      await says(page, 'status', 'paid');
      assert.equal(await text_of(page, 'amount-paid'), '$42.00');
    },
    {expects: ['402 (Payment Required)']},
  ));
