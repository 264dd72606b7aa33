// Checkout's page in each mode, and payment links, as a customer goes through them.
import assert from 'node:assert/strict';
import {createServer} from 'node:http';
import {test} from 'node:test';

import {says, text_of} from './browser.mjs';
import {check_page, on_a_hosted_page} from './hosted.mjs';

// The application that sends people here, on an origin of its own.
async function with_shop(story) {
  const shop = createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(
      '<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,">' +
        `<h1>Shop</h1><p data-testid="at">${request.url}</p></html>`,
    );
  });
  await new Promise((resolve) => shop.listen(0, 'localhost', resolve));
  try {
    await story(`http://localhost:${shop.address().port}`);
  } finally {
    shop.closeAllConnections();
    shop.close();
  }
}

const at_the_shop = (story) =>
  on_a_hosted_page((hands) => with_shop((shop) => story({...hands, shop})), {
    also: ['http://localhost:'],
    expects: ['402 (Payment Required)'],
  });

async function pay_with(page, card) {
  await page.getByTestId(`fill-${card}`).click();
  await page.getByTestId('pay').click();
}

test('payment mode: a decline, another quantity, and on to the success page', () =>
  at_the_shop(async ({page, api, visit, shop}) => {
    const session = await api.post('/v1/checkout/sessions', {
      mode: 'payment',
      'line_items[0][price_data][currency]': 'usd',
      'line_items[0][price_data][unit_amount]': 1500,
      'line_items[0][price_data][product_data][name]': 'Mug <i>',
      'line_items[0][quantity]': 1,
      'line_items[0][adjustable_quantity][enabled]': true,
      'phone_number_collection[enabled]': true,
      'custom_fields[0][key]': 'engraving',
      'custom_fields[0][label][type]': 'custom',
      'custom_fields[0][label][custom]': 'Engraving',
      'custom_fields[0][type]': 'text',
      success_url: `${shop}/ok?session={CHECKOUT_SESSION_ID}`,
      cancel_url: `${shop}/cart`,
    });
    await visit(session.url);
    await says(page, 'headline', 'Pay for Mug <i>');
    await says(page, 'due', '$15.00');
    await check_page(page, 'checkout-payment');
    await page.getByTestId('quantity').fill('2');
    await page.getByTestId('set-quantity').click();
    await says(page, 'due', '$30.00');
    await page.getByTestId('pay').click();
    await says(page, 'email-error', 'Your email is missing.');
    await page.getByTestId('email').fill('ada@example.com');
    await page.getByTestId('phone').fill('+1 555 0100');
    await page.getByTestId('field-engraving').fill('To Ada');
    await pay_with(page, 'declines');
    await says(page, 'card-error', 'Your card was declined.');
    await check_page(page, 'checkout-declined');
    await pay_with(page, 'succeeds');
    await says(page, 'at', `/ok?session=${session.id}`);
    const paid = await api.get(`/v1/checkout/sessions/${session.id}`);
    assert.equal(paid.payment_status, 'paid');
    assert.equal(paid.amount_total, 3000);
    assert.equal(paid.customer_details.phone, '+1 555 0100');
    assert.equal(paid.custom_fields[0].text.value, 'To Ada');
  }));

test('subscription mode: a promotion code, metered usage, 3D Secure and back to the shop', () =>
  at_the_shop(async ({page, api, visit, shop}) => {
    const meter = await api.post('/v1/billing/meters', {
      display_name: 'Tokens',
      event_name: 'tokens',
      'default_aggregation[formula]': 'sum',
    });
    const flat = await api.post('/v1/prices', {
      currency: 'usd',
      unit_amount: 20000,
      'recurring[interval]': 'month',
      'product_data[name]': 'Hypernian',
    });
    const usage = await api.post('/v1/prices', {
      currency: 'usd',
      unit_amount_decimal: '0.1',
      'recurring[interval]': 'month',
      'recurring[usage_type]': 'metered',
      'recurring[meter]': meter.id,
      product: flat.product,
    });
    const coupon = await api.post('/v1/coupons', {percent_off: 25, duration: 'once'});
    await api.post('/v1/promotion_codes', {
      'promotion[type]': 'coupon',
      'promotion[coupon]': coupon.id,
      code: 'SPRING',
    });
    const session = await api.post('/v1/checkout/sessions', {
      mode: 'subscription',
      'line_items[0][price]': flat.id,
      'line_items[0][quantity]': 1,
      'line_items[1][price]': usage.id,
      allow_promotion_codes: true,
      success_url: `${shop}/ok`,
    });
    await visit(session.url);
    await says(page, 'headline', 'Subscribe to Hypernian');
    await says(page, 'items', 'Billed by usage, $0.001 per unit, per month');
    await page.getByTestId('code').fill('WINTER');
    await page.getByTestId('apply-code').click();
    await says(page, 'code-error', 'This code is invalid.');
    await page.getByTestId('code').fill('spring');
    await page.getByTestId('apply-code').click();
    await says(page, 'due', '$150.00');
    assert.match(await text_of(page, 'totals'), /Discount\n-\$50\.00/);
    await check_page(page, 'checkout-subscription');
    await page.getByTestId('email').fill('ada@example.com');
    await pay_with(page, '3ds');
    await page.getByTestId('failed').click();
    await says(page, 'card-error', 'The payment was not approved.');
    await page.getByTestId('email').fill('ada@example.com');
    await pay_with(page, '3ds');
    await page.getByTestId('succeeded').click();
    await says(page, 'at', '/ok');
    const done = await api.get(`/v1/checkout/sessions/${session.id}`);
    const subscription = await api.get(`/v1/subscriptions/${done.subscription}`);
    assert.equal(subscription.status, 'active');
    assert.equal(subscription.items.data.length, 2);
  }));

test('a trial costs nothing today, and keeps the card', () =>
  at_the_shop(async ({page, api, visit, shop}) => {
    const session = await api.post('/v1/checkout/sessions', {
      mode: 'subscription',
      'line_items[0][price_data][currency]': 'usd',
      'line_items[0][price_data][unit_amount]': 2000,
      'line_items[0][price_data][recurring][interval]': 'month',
      'line_items[0][price_data][product_data][name]': 'Pro',
      'line_items[0][quantity]': 1,
      'subscription_data[trial_period_days]': 14,
      success_url: `${shop}/ok`,
    });
    await visit(session.url);
    await says(page, 'due', '$0.00');
    await says(page, 'then', '14 days free. Then $20.00 per month');
    await check_page(page, 'checkout-trial');
    await page.getByTestId('email').fill('ada@example.com');
    await pay_with(page, 'succeeds');
    await says(page, 'at', '/ok');
    const done = await api.get(`/v1/checkout/sessions/${session.id}`);
    assert.equal(done.payment_status, 'no_payment_required');
    const subscription = await api.get(`/v1/subscriptions/${done.subscription}`);
    assert.equal(subscription.status, 'trialing');
    assert.ok(subscription.default_payment_method);
  }));

test('setup mode keeps a card; the way back stays open until then', () =>
  at_the_shop(async ({page, api, visit, shop}) => {
    const customer = await api.post('/v1/customers', {name: 'Ada', email: 'ada@example.com'});
    const session = await api.post('/v1/checkout/sessions', {
      mode: 'setup',
      currency: 'usd',
      customer: customer.id,
      success_url: `${shop}/ok`,
      cancel_url: `${shop}/account`,
    });
    await visit(session.url);
    await check_page(page, 'checkout-setup');
    await page.getByTestId('cancel').click();
    await says(page, 'at', '/account');
    await visit(session.url);
    assert.equal(await page.getByTestId('email').inputValue(), 'ada@example.com');
    await pay_with(page, 'succeeds');
    await says(page, 'at', '/ok');
    const kept = await api.get(`/v1/customers/${customer.id}/payment_methods`);
    assert.equal(kept.data.length, 1);
  }));

test('a session that has expired says so', () =>
  at_the_shop(async ({page, api, visit, shop}) => {
    const session = await api.post('/v1/checkout/sessions', {
      mode: 'setup',
      currency: 'usd',
      success_url: `${shop}/ok`,
      cancel_url: `${shop}/cart`,
    });
    await api.post(`/v1/checkout/sessions/${session.id}/expire`);
    await visit(session.url);
    await page.getByText('This checkout has expired').waitFor();
    await page.getByTestId('back').click();
    await says(page, 'at', '/cart');
  }));

test('a payment link makes a session for everybody, and thanks them', () =>
  at_the_shop(async ({page, api, visit}) => {
    const price = await api.post('/v1/prices', {
      currency: 'usd',
      unit_amount: 2500,
      'product_data[name]': 'Poster',
    });
    const link = await api.post('/v1/payment_links', {
      'line_items[0][price]': price.id,
      'line_items[0][quantity]': 1,
      'after_completion[type]': 'hosted_confirmation',
      'after_completion[hosted_confirmation][custom_message]': 'It is on its way.',
    });
    await visit(`${link.url}?prefilled_email=ada@example.com`);
    await says(page, 'due', '$25.00');
    assert.equal(await page.getByTestId('email').inputValue(), 'ada@example.com');
    await pay_with(page, 'succeeds');
    await says(page, 'done', 'It is on its way.');
    await check_page(page, 'link-done');
    await api.post(`/v1/payment_links/${link.id}`, {active: false});
    const closed = await page.context().request.get(link.url);
    assert.equal(closed.status(), 400);
  }));

test('choices: shipping, an item more, the terms, and the tax id of a business', () =>
  at_the_shop(async ({page, api, visit, shop}) => {
    const price = (unit_amount, name) =>
      api.post('/v1/prices', {currency: 'usd', unit_amount, 'product_data[name]': name});
    const mug = await price(1500, 'Mug');
    const sticker = await price(300, 'Sticker');
    const rate = (display_name, amount) =>
      api.post('/v1/shipping_rates', {
        display_name,
        'fixed_amount[amount]': amount,
        'fixed_amount[currency]': 'usd',
      });
    const ground = await rate('Ground', 0);
    const air = await rate('Air', 1200);
    const session = await api.post('/v1/checkout/sessions', {
      mode: 'payment',
      customer_creation: 'always',
      'line_items[0][price]': mug.id,
      'line_items[0][quantity]': 1,
      'optional_items[0][price]': sticker.id,
      'optional_items[0][quantity]': 2,
      'shipping_options[0][shipping_rate]': ground.id,
      'shipping_options[1][shipping_rate]': air.id,
      'consent_collection[terms_of_service]': 'required',
      'consent_collection[promotions]': 'auto',
      'tax_id_collection[enabled]': true,
      success_url: `${shop}/ok`,
    });
    await visit(session.url);
    await says(page, 'due', '$15.00');
    await page.getByRole('button', {name: 'Add Sticker'}).click();
    await says(page, 'due', '$21.00');
    await page.getByRole('button', {name: 'Air'}).click();
    await says(page, 'due', '$33.00');
    await page.locator('button[aria-pressed=true]', {hasText: 'Air'}).waitFor();
    await check_page(page, 'checkout-choices');
    await page.getByTestId('email').fill('ada@example.com');
    await page.getByTestId('business_name').fill('Analytical Engines');
    await page.getByTestId('tax_id').fill('12');
    await pay_with(page, 'succeeds');
    await says(page, 'terms-error', 'You must accept the terms of service.');
    await page.getByTestId('terms').check();
    await pay_with(page, 'succeeds');
    await says(page, 'tax_id-error', 'Invalid value for eu_vat.');
    await page.getByTestId('tax_id').fill('DE123456789');
    await pay_with(page, 'succeeds');
    await says(page, 'at', '/ok');
    const done = await api.get(`/v1/checkout/sessions/${session.id}`);
    assert.equal(done.amount_total, 3300);
    assert.deepEqual(done.consent, {promotions: 'opt_out', terms_of_service: 'accepted'});
    assert.equal(done.customer_details.tax_ids[0].value, 'DE123456789');
  }));
