// The customer portal: what a customer sees there and may do, and flows that lead straight to it.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {says, text_of} from './browser.mjs';
import {check_page, on_a_hosted_page} from './hosted.mjs';

const in_the_portal = (story) => on_a_hosted_page(story, {expects: ['402 (Payment Required)']});

// A customer with a plan, another plan to go to, and a configuration that allows everything.
async function make_world(api) {
  const product = await api.post('/v1/products', {name: 'Hypernian'});
  const price = (unit_amount) =>
    api.post('/v1/prices', {
      product: product.id,
      currency: 'usd',
      unit_amount,
      'recurring[interval]': 'month',
    });
  const basic = await price(2000);
  const pro = await price(5000);
  const customer = await api.post('/v1/customers', {
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    payment_method: 'pm_card_visa',
    'invoice_settings[default_payment_method]': 'pm_card_visa',
  });
  const subscription = await api.post('/v1/subscriptions', {
    customer: customer.id,
    'items[0][price]': basic.id,
  });
  const configuration = await api.post('/v1/billing_portal/configurations', {
    'business_profile[headline]': 'Your plan at Hypernian',
    'features[customer_update][enabled]': true,
    'features[customer_update][allowed_updates][0]': 'name',
    'features[customer_update][allowed_updates][1]': 'address',
    'features[invoice_history][enabled]': true,
    'features[payment_method_update][enabled]': true,
    'features[subscription_cancel][enabled]': true,
    'features[subscription_cancel][cancellation_reason][enabled]': true,
    'features[subscription_cancel][cancellation_reason][options][0]': 'too_expensive',
    'features[subscription_cancel][cancellation_reason][options][1]': 'unused',
    'features[subscription_update][enabled]': true,
    'features[subscription_update][default_allowed_updates][0]': 'price',
    'features[subscription_update][default_allowed_updates][1]': 'quantity',
    'features[subscription_update][proration_behavior]': 'always_invoice',
    'features[subscription_update][products][0][product]': product.id,
    'features[subscription_update][products][0][prices][0]': basic.id,
    'features[subscription_update][products][0][prices][1]': pro.id,
  });
  const open = (params = {}) =>
    api.post('/v1/billing_portal/sessions', {
      customer: customer.id,
      configuration: configuration.id,
      ...params,
    });
  return {customer, subscription, basic, pro, open};
}

test('a plan is changed after its proration was shown, canceled and kept after all', () =>
  in_the_portal(async ({page, api, visit}) => {
    const {subscription, pro, open} = await make_world(api);
    await visit((await open()).url);
    await page.getByRole('heading', {name: 'Your plan at Hypernian'}).waitFor();
    await says(page, 'subscription', '$20.00 per month');
    await check_page(page, 'portal');

    await page.getByTestId('update-plan').click();
    await check_page(page, 'portal-update');
    await page.getByLabel('Hypernian: $50.00 per month').check();
    await page.getByTestId('continue').click();
    // Both at the very beginning of the month: 50 for the one, less 20 for the other.
    await says(page, 'preview', '-$20.00');
    assert.match(await text_of(page, 'preview-totals'), /Amount due\n\$30\.00/);
    await page.getByText('$30.00 is due today.').waitFor();
    await check_page(page, 'portal-confirm');
    await page.getByTestId('confirm').click();
    await says(page, 'subscription', '$50.00 per month');
    const changed = await api.get(`/v1/subscriptions/${subscription.id}`);
    assert.equal(changed.items.data[0].price.id, pro.id);
    assert.equal((await api.get(`/v1/invoices/${changed.latest_invoice}`)).amount_paid, 3000);

    await page.getByTestId('cancel-plan').click();
    await page.getByLabel('too expensive').check();
    await check_page(page, 'portal-cancel');
    await page.getByTestId('confirm-cancel').click();
    await says(page, 'subscription', 'Your plan ends on February 1, 2026.');
    const ending = await api.get(`/v1/subscriptions/${subscription.id}`);
    assert.ok(ending.cancel_at);
    assert.equal(ending.cancellation_details.feedback, 'too_expensive');
    await page.getByTestId('resume-plan').click();
    await page.getByTestId('cancel-plan').waitFor();
    assert.equal((await api.get(`/v1/subscriptions/${subscription.id}`)).cancel_at, null);
  }));

test('cards are added, with 3D Secure too, made the default and removed', () =>
  in_the_portal(async ({page, api, visit}) => {
    const {customer, open} = await make_world(api);
    await visit((await open()).url);
    await page.getByTestId('add-card').click();
    await check_page(page, 'portal-card');
    await page.getByTestId('fill-declines').click();
    await page.getByTestId('pay').click();
    await says(page, 'card-error', 'Your card was declined.');
    await page.getByTestId('fill-3ds').click();
    await page.getByTestId('pay').click();
    await page.getByTestId('succeeded').click();
    const card = (last4) => page.getByTestId('payment-method').filter({hasText: last4});
    await card('3184').getByText('Default').waitFor();
    const old = card('4242');
    await old.getByTestId('remove-card').click();
    await old.waitFor({state: 'detached'});
    const kept = await api.get(`/v1/customers/${customer.id}/payment_methods`);
    assert.deepEqual(kept.data.map(({card}) => card.last4), ['3184']);
  }));

test('billing information and the history of invoices', () =>
  in_the_portal(async ({page, api, visit}) => {
    const {customer, open} = await make_world(api);
    await visit((await open()).url);
    await page.getByTestId('edit-details').click();
    // The configuration lets the email alone.
    assert.equal(await page.getByTestId('email').count(), 0);
    await page.getByTestId('name').fill('Ada King');
    await page.getByTestId('line1').fill('1 Main St');
    await page.getByTestId('country').fill('US');
    await check_page(page, 'portal-details');
    await page.getByTestId('save').click();
    await says(page, 'details', 'Ada King');
    const saved = await api.get(`/v1/customers/${customer.id}`);
    assert.equal(saved.address.line1, '1 Main St');
    await page.getByTestId('invoices').getByRole('link').click();
    await says(page, 'status', 'Paid');
  }));

test('a flow leads straight to canceling, and on to where the application wants', () =>
  in_the_portal(async ({page, api, visit}) => {
    const {subscription, open} = await make_world(api);
    const session = await open({
      'flow_data[type]': 'subscription_cancel',
      'flow_data[subscription_cancel][subscription]': subscription.id,
      'flow_data[after_completion][type]': 'hosted_confirmation',
      'flow_data[after_completion][hosted_confirmation][custom_message]': 'Farewell.',
    });
    await visit(session.url);
    await page.getByRole('heading', {name: 'Cancel your plan'}).waitFor();
    await page.getByTestId('confirm-cancel').click();
    await says(page, 'done', 'Farewell.');
  }));

test('a flow asks to confirm a change that the application has chosen', () =>
  in_the_portal(async ({page, api, visit}) => {
    const {subscription, pro, open} = await make_world(api);
    const session = await open({
      'flow_data[type]': 'subscription_update_confirm',
      'flow_data[subscription_update_confirm][subscription]': subscription.id,
      'flow_data[subscription_update_confirm][items][0][id]': subscription.items.data[0].id,
      'flow_data[subscription_update_confirm][items][0][price]': pro.id,
    });
    await visit(session.url);
    await says(page, 'new-plan', 'Hypernian');
    await page.getByTestId('confirm').click();
    await says(page, 'subscription', '$50.00 per month');
  }));

test('one customer sees nothing of another', () =>
  in_the_portal(async ({page, api}) => {
    const {subscription} = await make_world(api);
    const other = await api.post('/v1/customers', {name: 'Bob'});
    const session = await api.post('/v1/billing_portal/sessions', {customer: other.id});
    const request = page.context().request;
    const seen = await request.get(`${session.url}?view=cancel&subscription=${subscription.id}`);
    assert.equal(seen.status(), 404);
    const form = {do: 'cancel', subscription: subscription.id};
    assert.equal((await request.post(session.url, {form})).status(), 404);
    assert.equal((await api.get(`/v1/subscriptions/${subscription.id}`)).cancel_at, null);
  }));

test('the login page leads a customer who gives their email to the portal', () =>
  in_the_portal(async ({page, api, visit}) => {
    await make_world(api);
    const configuration = await api.post('/v1/billing_portal/configurations', {
      'features[invoice_history][enabled]': true,
      'login_page[enabled]': true,
    });
    await visit(configuration.login_page.url);
    await check_page(page, 'portal-login');
    await page.getByTestId('email').fill('nobody@example.com');
    await page.getByTestId('send').click();
    await page.getByTestId('no-mail').waitFor();
    await visit(configuration.login_page.url);
    await page.getByTestId('email').fill('ada@example.com');
    await page.getByTestId('send').click();
    await check_page(page, 'portal-login-sent');
    await page.getByTestId('mailed-link').click();
    await page.getByTestId('portal').waitFor();
  }));

test('an offer keeps a customer who was about to cancel', () =>
  in_the_portal(async ({page, api, visit}) => {
    const {subscription, open} = await make_world(api);
    const coupon = await api.post('/v1/coupons', {percent_off: 20, duration: 'forever'});
    const flow = 'flow_data[subscription_cancel]';
    const session = await open({
      'flow_data[type]': 'subscription_cancel',
      [`${flow}[subscription]`]: subscription.id,
      [`${flow}[retention][type]`]: 'coupon_offer',
      [`${flow}[retention][coupon_offer][coupon]`]: coupon.id,
    });
    await visit(session.url);
    await says(page, 'offer', '20% off for as long as you stay.');
    await check_page(page, 'portal-offer');
    await page.getByTestId('accept-offer').click();
    await says(page, 'subscription', 'The next invoice is $16.00');
  }));

test('a plan is paused, and goes on when the customer says so', () =>
  in_the_portal(async ({page, api, visit}) => {
    const {subscription, customer} = await make_world(api);
    const configuration = await api.post('/v1/billing_portal/configurations', {
      'features[invoice_history][enabled]': true,
      'features[subscription_pause][enabled]': true,
    });
    const session = await api.post('/v1/billing_portal/sessions', {
      customer: customer.id,
      configuration: configuration.id,
    });
    await visit(session.url);
    await page.getByTestId('pause-plan').click();
    await page.getByTestId('portal-pause').waitFor();
    await check_page(page, 'portal-pause');
    await page.getByTestId('confirm-pause').click();
    await says(page, 'subscription', 'paused');
    assert.equal((await api.get(`/v1/subscriptions/${subscription.id}`)).status, 'paused');
    await page.getByTestId('wake-plan').click();
    await page.getByTestId('pause-plan').waitFor();
    assert.equal((await api.get(`/v1/subscriptions/${subscription.id}`)).status, 'active');
  }));
