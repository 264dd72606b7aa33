// Every page, with a world in it: readable by assistive technology in light and dark, small, on
// narrow screens too, and without a word to any other machine.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {serious_issues} from './accessibility.mjs';
import {on_a_page, settled} from './browser.mjs';

const largest_transfer = 150 * 1024;

// A small world of everything, through the API. Gives the address of each page.
async function make_world(api) {
  const customer = await api.post('/v1/customers', {
    name: 'Jenny Rosen',
    email: 'jenny@example.com',
    payment_method: 'pm_card_visa',
    'invoice_settings[default_payment_method]': 'pm_card_visa',
  });
  const meter = await api.post('/v1/billing/meters', {
    display_name: 'Tokens',
    event_name: 'tokens',
    'default_aggregation[formula]': 'sum',
  });
  const product = await api.post('/v1/products', {name: 'Hypernian'});
  const price = await api.post('/v1/prices', {
    product: product.id,
    currency: 'usd',
    billing_scheme: 'tiered',
    tiers_mode: 'graduated',
    'recurring[interval]': 'month',
    'recurring[usage_type]': 'metered',
    'recurring[meter]': meter.id,
    'tiers[0][up_to]': 1000,
    'tiers[0][unit_amount]': 0,
    'tiers[1][up_to]': 'inf',
    'tiers[1][unit_amount]': 1,
  });
  const grant = await api.post('/v1/billing/credit_grants', {
    customer: customer.id,
    name: 'Welcome',
    'amount[type]': 'monetary',
    'amount[monetary][value]': 500,
    'amount[monetary][currency]': 'usd',
    'applicability_config[scope][price_type]': 'metered',
  });
  const subscription = await api.post('/v1/subscriptions', {
    customer: customer.id,
    'items[0][price]': price.id,
  });
  await api.post('/v1/billing/meter_events', {
    event_name: 'tokens',
    'payload[stripe_customer_id]': customer.id,
    'payload[value]': 5000,
  });
  const endpoint = await api.post('/v1/webhook_endpoints', {
    url: 'http://127.0.0.1:9/hook',
    'enabled_events[0]': '*',
  });
  await api.post('/_okapi/clock', {advance: '1mo1h'});
  await api.send('POST', '/v1/customers', {email: 'nobody'});
  const [invoice] = (await api.get('/v1/invoices')).data;
  const [event] = (await api.get('/v1/events')).data;
  const [request] = (await api.get('/_okapi/requests')).data;
  return [
    '',
    '/customers',
    `/customers/${customer.id}`,
    `/customers/${customer.id}/credit-grants/new`,
    `/credit-grants/${grant.id}`,
    '/products',
    '/products/new',
    `/products/${product.id}`,
    `/products/${product.id}/prices/new`,
    '/subscriptions',
    `/subscriptions/new?customer=${customer.id}`,
    `/subscriptions/${subscription.id}`,
    `/subscriptions/${subscription.id}/update`,
    '/invoices',
    '/invoices/new',
    `/invoices/${invoice.id}`,
    '/meters',
    `/meters/${meter.id}`,
    '/logs',
    `/logs/${request.id}`,
    '/events',
    `/events/${event.id}`,
    '/webhooks',
    `/webhooks/${endpoint.id}`,
    '/errors',
    '/snapshots',
    '/faults',
    '/coverage',
    '/no/such/page',
  ];
}

for (const scheme of ['light', 'dark']) {
  test(`every page is accessible, ${scheme}`, () =>
    on_a_page(
      async ({page, api, visit}) => {
        for (const path of await make_world(api)) {
          await visit(path);
          assert.equal(await page.getByTestId('page-error').count(), 0, path);
          const issues = await serious_issues(page);
          assert.deepEqual(issues, [], path);
        }
        await visit('/customers');
        await page.getByRole('button', {name: 'Create customer'}).click();
        await page.getByTestId('create-customer').waitFor();
        assert.deepEqual(await serious_issues(page), [], 'a dialog');
        await visit('/products/new');
        await page.getByRole('button', {name: 'More pricing options'}).click();
        await page.getByRole('radio', {name: 'Usage-based'}).check();
        await page.getByRole('radio', {name: 'Per tier'}).check();
        await page.getByRole('button', {name: 'Show as curl'}).click();
        await page.getByTestId('tiers').waitFor();
        assert.deepEqual(await serious_issues(page), [], 'the tier table');
      },
      {scheme},
    ));
}

test('no page transfers more than 150 KB', () =>
  on_a_page(async ({page, api}) => {
    const paths = await make_world(api);
    for (const path of paths) {
      // Each page as somebody opens it who has seen none before.
      const context = await page.context().browser().newContext();
      const fresh = await context.newPage();
      const transfers = [];
      fresh.on('requestfinished', (request) => transfers.push(request.sizes()));
      await fresh.goto(`${process.env.OKAPI_URL}/dashboard${path}`);
      await settled(fresh);
      const sizes = (await Promise.all(transfers)).map((each) => each.responseBodySize);
      const size = sizes.reduce((sum, each) => sum + each, 0);
      assert.ok(size > 10_000 && size < largest_transfer, `${path}: ${size} bytes`);
      await context.close();
    }
  }));

test('narrow screens scroll only down, and the menu opens', () =>
  on_a_page(
    async ({page, api, visit}) => {
      for (const path of await make_world(api)) {
        await visit(path);
        const wide = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        assert.equal(wide, 0, path);
      }
      await page.getByRole('button', {name: 'Menu'}).click();
      await page.getByTestId('nav-meters').click();
      await page.getByTestId('meters').waitFor();
      await page.getByTestId('nav-meters').waitFor({state: 'hidden'});
    },
    {viewport: {width: 375, height: 800}},
  ));

test('the keyboard alone creates a customer', () =>
  on_a_page(async ({page, api, visit}) => {
    await visit('/customers');
    await page.locator('body').press('Tab');
    await page.getByRole('button', {name: 'Create customer'}).focus();
    await page.keyboard.press('Enter');
    // The first field of the dialog has the focus.
    await page.getByTestId('create-customer').waitFor();
    await page.keyboard.type('Ada');
    await page.keyboard.press('Enter');
    await page.getByTestId('customer').waitFor();
    assert.equal((await api.get('/v1/customers')).data[0].name, 'Ada');
  }));
