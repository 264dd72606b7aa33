// Applications with the stock packages @stripe/stripe-js and @stripe/react-stripe-js, unchanged.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {publishable, with_app} from './app.mjs';
import {says} from './browser.mjs';
import {on_a_hosted_page} from './hosted.mjs';

const on_an_app = (story) =>
  on_a_hosted_page(story, {
    also: ['http://localhost:'],
    expects: ['402 (Payment Required)', '400 (Bad Request)'],
  });

async function type_card(page, number) {
  await page.getByLabel('Card number').fill(number);
  await page.getByLabel('Expiration date').fill('12 / 34');
  await page.getByLabel('Security code').fill('123');
}

test('a React form with the Payment Element pays, declines and asks the bank', () =>
  on_an_app(async ({page, api, key}) => {
    const intent = await api.post('/v1/payment_intents', {amount: 1999, currency: 'usd'});
    const settings = () => ({key: publishable(key), secret: intent.client_secret});
    await with_app('payment_form.jsx', settings, async (origin) => {
      await page.goto(origin);
      await page.getByRole('button', {name: 'Pay'}).click();
      await says(page, 'react-outcome', 'Your card number is incomplete.');
      await type_card(page, '4000000000000002');
      await page.getByRole('button', {name: 'Pay'}).click();
      await says(page, 'react-outcome', 'Your card was declined.');
      await type_card(page, '4000002760003184');
      await page.getByRole('button', {name: 'Pay'}).click();
      const bank = page.frameLocator('iframe[name="okapi-3ds"]');
      await bank.getByTestId('succeeded').click();
      await says(page, 'react-outcome', 'succeeded');
    });
    assert.equal((await api.get(`/v1/payment_intents/${intent.id}`)).amount_received, 1999);
  }));

test('a card Element makes tokens, payment methods, payments and set-ups', () =>
  on_an_app(async ({page, api, key}) => {
    const customer = await api.post('/v1/customers', {name: 'Ada'});
    const payment = await api.post('/v1/payment_intents', {amount: 700, currency: 'usd'});
    const setup = await api.post('/v1/setup_intents', {customer: customer.id});
    const settings = () => ({
      key: publishable(key),
      payment_secret: payment.client_secret,
      setup_secret: setup.client_secret,
    });
    await with_app('card_form.js', settings, async (origin) => {
      await page.goto(origin);
      const press = async (name, outcome) => {
        await page.getByTestId(name).click();
        await says(page, 'outcome', outcome);
      };
      await press('token', 'incomplete_number');
      await type_card(page, '4242424242424242');
      assert.equal(await page.locator('#app').getAttribute('data-complete'), 'true');
      await press('token', 'token tok');
      await press('method', 'payment_method pm');
      await press('setup', 'setup_intent succeeded');
      await press('retrieve', 'payment_intent requires_payment_method');
      await type_card(page, '4000002760003184');
      await page.getByTestId('pay').click();
      await page.frameLocator('iframe[name="okapi-3ds"]').getByTestId('failed').click();
      await says(page, 'outcome', 'payment_intent_authentication_failure');
      await type_card(page, '4242424242424242');
      await press('pay', 'payment_intent succeeded');
      await press('next', 'payment_intent succeeded');
    });
    const kept = await api.get(`/v1/customers/${customer.id}/payment_methods`);
    assert.equal(kept.data.length, 1);
  }));

test('embedded Checkout tells the application when it is complete', () =>
  on_an_app(async ({page, api, key}) => {
    const session = await api.post('/v1/checkout/sessions', {
      mode: 'payment',
      ui_mode: 'embedded_page',
      redirect_on_completion: 'never',
      'line_items[0][price_data][currency]': 'usd',
      'line_items[0][price_data][unit_amount]': 1500,
      'line_items[0][price_data][product_data][name]': 'Mug',
      'line_items[0][quantity]': 1,
    });
    assert.equal(session.url, null);
    const settings = () => ({key: publishable(key), secret: session.client_secret});
    await with_app('embedded.jsx', settings, async (origin) => {
      await page.goto(origin);
      const frame = page.frameLocator('iframe[name="embedded-checkout"]');
      await frame.getByTestId('email').fill('ada@example.com');
      await frame.getByTestId('fill-succeeds').click();
      await frame.getByTestId('pay').click();
      await frame.getByTestId('done').waitFor();
      await says(page, 'outcome', 'complete');
    });
    const paid = await api.get(`/v1/checkout/sessions/${session.id}`);
    assert.equal(paid.payment_status, 'paid');
  }));

async function sessions_of_its_own(api) {
  const rate = (display_name, amount) =>
    api.post('/v1/shipping_rates', {
      display_name,
      'fixed_amount[amount]': amount,
      'fixed_amount[currency]': 'usd',
    });
  const ground = await rate('Ground', 0);
  const air = await rate('Air', 1200);
  return api.post('/v1/checkout/sessions', {
    mode: 'payment',
    ui_mode: 'elements',
    return_url: 'https://shop.example/ok',
    allow_promotion_codes: true,
    'line_items[0][price_data][currency]': 'usd',
    'line_items[0][price_data][unit_amount]': 1500,
    'line_items[0][price_data][product_data][name]': 'Mug',
    'line_items[0][quantity]': 1,
    'shipping_options[0][shipping_rate]': ground.id,
    'shipping_options[1][shipping_rate]': air.id,
  });
}

test('an application draws Checkout itself: sums, a decline, the bank, an address', () =>
  on_an_app(async ({page, api, key}) => {
    const session = await sessions_of_its_own(api);
    const settings = () => ({key: publishable(key), secret: session.client_secret});
    await with_app('custom_checkout.js', settings, async (origin) => {
      await page.goto(origin);
      await says(page, 'outcome', 'Mug $15.00');
      await page.getByTestId('code').click();
      await says(page, 'outcome', 'invalidCode: This code is invalid.');
      await page.getByTestId('ship').click();
      await says(page, 'outcome', 'open $27.00');
      await page.getByLabel('Email').fill('ada@example.com');
      await page.getByLabel('Full name').fill('Ada Lovelace');
      await page.getByLabel('Address', {exact: true}).fill('12 Main Street');
      await page.getByLabel('City').fill('London');
      await page.getByLabel('Postal code').fill('N1');
      await type_card(page, '4000000000000002');
      await page.getByTestId('confirm').click();
      await says(page, 'outcome', 'Country (two letters) is missing.');
      await page.getByLabel('Country').fill('gb');
      await page.getByTestId('confirm').click();
      await says(page, 'outcome', 'paymentFailed: Your card was declined.');
      await type_card(page, '4000002760003184');
      await page.getByTestId('confirm').click();
      await page.frameLocator('iframe[name="okapi-3ds"]').getByTestId('succeeded').click();
      await says(page, 'outcome', 'complete $27.00');
    });
    const paid = await api.get(`/v1/checkout/sessions/${session.id}`);
    assert.equal(paid.customer_details.email, 'ada@example.com');
    assert.equal(paid.collected_information.shipping_details.address.country, 'GB');
  }));

test('the test wallet of the Express Checkout Element pays', () =>
  on_an_app(async ({page, api, key}) => {
    const session = await sessions_of_its_own(api);
    const settings = () => ({key: publishable(key), secret: session.client_secret});
    await with_app('custom_checkout.js', settings, async (origin) => {
      await page.goto(origin);
      await page.getByRole('button', {name: 'Pay with the test wallet'}).click();
      await says(page, 'outcome', 'complete $15.00');
    });
    const paid = await api.get(`/v1/checkout/sessions/${session.id}`);
    assert.equal(paid.payment_status, 'paid');
  }));
