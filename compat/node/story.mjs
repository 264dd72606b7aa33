// Usage-based billing told by stripe-node as it is: only host, port and protocol are okapi's.
// OKAPI_URL names a running server: `okapi exec -- node --test story.mjs` sets it.
// OKAPI_SDK names the package to tell it with, so that an older SDK tells the same story.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {createServer} from 'node:http';
import {test} from 'node:test';

const sdk = process.env.OKAPI_SDK ?? 'stripe';
const {default: Stripe} = await import(sdk);
// An older SDK asks for an older API version, and finds what its own types say.
const newest = sdk === 'stripe';

const server = new URL(process.env.OKAPI_URL ?? 'http://127.0.0.1:12111');

const hour = 3600;
const at = (text) => Date.parse(text) / 1000;
const start = at('2024-10-01T00:00:00Z');

// Every key is an account of its own, so the stories never see each other.
const newKey = () => `sk_test_${randomUUID().replaceAll('-', '')}`;

function client(options = {}, key = newKey()) {
  return new Stripe(key, {
    host: server.hostname,
    port: Number(server.port),
    protocol: 'http',
    ...options,
  });
}

async function rejection(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  assert.fail('the call should have been refused');
}

async function advance(stripe, clock, to) {
  let seen = await stripe.testHelpers.testClocks.advance(clock.id, {frozen_time: to});
  for (let tries = 0; seen.status === 'advancing' && tries < 500; ++tries) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    seen = await stripe.testHelpers.testClocks.retrieve(clock.id);
  }
  assert.equal(seen.status, 'ready');
  assert.equal(seen.frozen_time, to);
}

// A customer on a test clock who can pay, a product and a meter that sums up.
async function world(stripe, name) {
  const clock = await stripe.testHelpers.testClocks.create({frozen_time: start, name});
  const customer = await stripe.customers.create({
    name: 'Jenny Rosen',
    email: 'jenny@example.com',
    test_clock: clock.id,
    payment_method: 'pm_card_visa',
    invoice_settings: {default_payment_method: 'pm_card_visa'},
  });
  const product = await stripe.products.create({name: 'Hypernian tokens'});
  const meter = await stripe.billing.meters.create({
    display_name: 'Hypernian tokens',
    event_name: 'hypernian_tokens',
    default_aggregation: {formula: 'sum'},
  });
  const use = (value, timestamp) =>
    stripe.billing.meterEvents.create({
      event_name: 'hypernian_tokens',
      payload: {stripe_customer_id: customer.id, value: String(value)},
      timestamp,
    });
  const metered = (price) =>
    stripe.prices.create({
      product: product.id,
      currency: 'usd',
      ...price,
      recurring: {interval: 'month', usage_type: 'metered', meter: meter.id},
    });
  const licensed = (unitAmount) =>
    stripe.prices.create({
      product: product.id,
      currency: 'usd',
      unit_amount: unitAmount,
      recurring: {interval: 'month', usage_type: 'licensed'},
    });
  return {clock, customer, product, meter, use, metered, licensed};
}

const overageTiers = {
  billing_scheme: 'tiered',
  tiers_mode: 'graduated',
  tiers: [
    {up_to: 100_000, unit_amount_decimal: '0'},
    {up_to: 'inf', unit_amount_decimal: '0.1'},
  ],
};

const newestInvoice = async (stripe, customer) =>
  (await stripe.invoices.list({customer: customer.id, limit: 1})).data[0];

test('fixed fee and overage', async () => {
  const stripe = client();
  const {clock, customer, use, metered, licensed} = await world(stripe, 'overage');
  const fee = await licensed(20_000);
  const overage = await metered(overageTiers);
  assert.equal(overage.unit_amount, null);
  assert.equal(overage.tiers, undefined);
  const withTiers = await stripe.prices.retrieve(overage.id, {expand: ['tiers']});
  assert.deepEqual(
    withTiers.tiers.map((tier) => [tier.up_to, String(tier.unit_amount_decimal)]),
    [[100_000, '0'], [null, '0.1']],
  );

  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{price: fee.id, quantity: 1}, {price: overage.id}],
    expand: ['latest_invoice'],
  });
  assert.equal(subscription.status, 'active');
  assert.equal(subscription.latest_invoice.total, 20_000);
  assert.equal(subscription.latest_invoice.status, 'paid');
  if (newest) {
    assert.equal(subscription.items.data[0].current_period_end, at('2024-11-01T00:00:00Z'));
  } else {
    assert.equal(subscription.current_period_end, at('2024-11-01T00:00:00Z'));
    assert.equal(subscription.latest_invoice.paid, true);
    const upcoming = await stripe.invoices.retrieveUpcoming({subscription: subscription.id});
    assert.equal(upcoming.subscription, subscription.id);
  }

  await use(100_000, start + 60);
  await use(50_000, start + 120);

  await advance(stripe, clock, at('2024-11-01T00:00:00Z'));
  const draft = await newestInvoice(stripe, customer);
  assert.equal(draft.status, 'draft');
  assert.equal(draft.billing_reason, 'subscription_cycle');

  await advance(stripe, clock, at('2024-11-01T02:00:00Z'));
  const invoice = await stripe.invoices.retrieve(draft.id);
  assert.equal(invoice.status, 'paid');
  assert.equal(invoice.total, 25_000);
  assert.equal(invoice.amount_paid, 25_000);
  const lines = await stripe.invoices.listLineItems(invoice.id).autoPagingToArray({limit: 100});
  assert.deepEqual(
    lines.map((line) => line.amount).sort((a, b) => a - b),
    [0, 5_000, 20_000],
  );
  assert.equal(lines.reduce((sum, line) => sum + line.amount, 0), invoice.total);
  const tier2 = lines.find((line) => line.amount === 5_000);
  assert.equal(tier2.quantity, 50_000);
  assert.equal(tier2.description, '50000 × Hypernian tokens (Tier 2 at $0.001 / month)');

  const [summary] = (
    await stripe.billing.meters.listEventSummaries(overage.recurring.meter, {
      customer: customer.id,
      start_time: start,
      end_time: at('2024-11-01T00:00:00Z'),
    })
  ).data;
  assert.equal(summary.aggregated_value, 150_000);
});

test('pay as you go: per unit, package, volume, graduated', async () => {
  const stripe = client();
  const {clock, customer, use, metered} = await world(stripe, 'pay as you go');
  const prices = {
    perUnit: await metered({unit_amount_decimal: '0.1'}),
    perPackage: await metered({
      unit_amount: 100,
      transform_quantity: {divide_by: 1_000, round: 'up'},
    }),
    volume: await metered({...overageTiers, tiers_mode: 'volume'}),
    graduated: await metered(overageTiers),
  };
  const expected = {
    october: {perUnit: 10_000, perPackage: 10_100, volume: 10_000, graduated: 0},
    november: {perUnit: 15_000, perPackage: 15_000, volume: 15_000, graduated: 5_000},
  };

  const subscriptions = {};
  for (const [model, price] of Object.entries(prices)) {
    subscriptions[model] = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{price: price.id}],
    });
    // Before flexible billing became the default, a bill of nothing opened each subscription.
    if (newest) assert.equal(subscriptions[model].latest_invoice, null);
  }
  const billed = async (month, count) => {
    for (const [model, subscription] of Object.entries(subscriptions)) {
      const {data} = await stripe.invoices.list({subscription: subscription.id});
      const cycles = data.filter((invoice) => invoice.billing_reason === 'subscription_cycle');
      if (newest) assert.equal(data.length, count);
      assert.deepEqual(
        [model, cycles.length, cycles[0].total, cycles[0].status],
        [model, count, expected[month][model], 'paid'],
      );
    }
  };
  await use(100_000, start + 60);
  await use(1, start + 120);
  await advance(stripe, clock, at('2024-11-01T02:00:00Z'));
  await billed('october', 1);
  await use(150_000, at('2024-11-01T01:00:00Z'));
  await advance(stripe, clock, at('2024-12-01T02:00:00Z'));
  await billed('november', 2);
});

test('credit burndown over three invoices', async () => {
  const stripe = client();
  const {clock, customer, use, metered, licensed} = await world(stripe, 'credits');

  const prepayment = await stripe.invoices.create({
    customer: customer.id,
    description: 'Hypernian Credits',
    collection_method: 'charge_automatically',
  });
  await stripe.invoiceItems.create({
    customer: customer.id,
    currency: 'usd',
    unit_amount_decimal: '10000000',
    invoice: prepayment.id,
  });
  await stripe.invoices.finalizeInvoice(prepayment.id, {auto_advance: false});
  const paid = await stripe.invoices.pay(prepayment.id);
  assert.deepEqual([paid.status, paid.total], ['paid', 10_000_000]);

  const grant = await stripe.billing.creditGrants.create({
    customer: customer.id,
    category: 'paid',
    amount: {type: 'monetary', monetary: {value: 12_000_000, currency: 'usd'}},
    applicability_config: {scope: {price_type: 'metered'}},
    expires_at: 1_759_341_179,
  });
  const summaries = stripe.billing.creditBalanceSummaries ?? stripe.billing.creditBalanceSummary;
  const balance = async () => {
    const summary = await summaries.retrieve({
      customer: customer.id,
      filter: {type: 'credit_grant', credit_grant: grant.id},
    });
    return summary.balances[0].ledger_balance.monetary.value;
  };
  assert.equal(await balance(), 12_000_000);

  const fee = await licensed(20_000);
  const overage = await metered(overageTiers);
  await stripe.subscriptions.create({
    customer: customer.id,
    items: [{price: fee.id, quantity: 1}, {price: overage.id}],
  });
  const months = [
    ['2024-10-01', '2024-11-01', 45_000_000, 4_510_000, 20_000, 7_510_000],
    ['2024-11-01', '2024-12-01', 60_000_000, 6_010_000, 20_000, 1_520_000],
    ['2024-12-01', '2025-01-01', 30_000_003, 3_010_000, 1_490_000, 0],
  ];
  for (const [begin, end, usage, subtotal, total, left] of months) {
    const first = Math.max(at(begin), start);
    await use(usage, first + 60);
    await advance(stripe, clock, at(end) + 2 * hour);
    const invoice = await newestInvoice(stripe, customer);
    assert.deepEqual(
      [end, invoice.subtotal, invoice.total, invoice.status],
      [end, subtotal, total, 'paid'],
    );
    assert.equal(await balance(), left);
  }
  const transactions = await stripe.billing.creditBalanceTransactions
    .list({customer: customer.id, limit: 2})
    .autoPagingToArray({limit: 100});
  assert.deepEqual(
    transactions.map((entry) => [entry.type, (entry.debit ?? entry.credit).amount.monetary.value]),
    [['debit', 1_520_000], ['debit', 5_990_000], ['debit', 4_490_000], ['credit', 12_000_000]],
  );
});

test('auto-pagination gives every object once, newest first', async () => {
  const stripe = client();
  const made = [];
  for (let i = 0; i < 25; ++i) made.push((await stripe.customers.create({name: `C${i}`})).id);
  const seen = [];
  for await (const customer of stripe.customers.list({limit: 10})) seen.push(customer.id);
  assert.deepEqual(seen, [...made].reverse());

  const older = await stripe.customers.list({limit: 10, starting_after: made[10]});
  assert.deepEqual(older.data.map((customer) => customer.id), made.slice(0, 10).reverse());
  assert.equal(older.has_more, false);
  const newer = await stripe.customers.list({limit: 5, ending_before: made[10]});
  assert.deepEqual(newer.data.map((customer) => customer.id), made.slice(11, 16).reverse());
  assert.equal(newer.has_more, true);
});

test('expansion, also in lists', async () => {
  const stripe = client();
  const product = await stripe.products.create({name: 'Gold', default_price_data: {currency: 'usd', unit_amount: 100}});
  const price = await stripe.prices.retrieve(product.default_price, {expand: ['product']});
  assert.equal(price.product.name, 'Gold');
  const {data} = await stripe.products.list({expand: ['data.default_price']});
  assert.equal(data[0].default_price.id, price.id);
});

test('a retried request is not done twice', async () => {
  const stripe = client();
  const options = {idempotencyKey: randomUUID()};
  const first = await stripe.customers.create({name: 'Jenny'}, options);
  const again = await stripe.customers.create({name: 'Jenny'}, options);
  assert.equal(again.id, first.id);
  assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
  assert.equal(first.lastResponse.headers['idempotent-replayed'], undefined);
  assert.equal(again.lastResponse.headers['original-request'], first.lastResponse.requestId);
  assert.equal((await stripe.customers.list()).data.length, 1);

  const error = await rejection(stripe.customers.create({name: 'Joe'}, options));
  assert.ok(error instanceof Stripe.errors.StripeIdempotencyError, error.type);

  const together = await Promise.all(
    Array.from({length: 8}, () =>
      stripe.products.create({name: 'Once'}, {idempotencyKey: 'together', maxNetworkRetries: 5}),
    ),
  );
  assert.equal(new Set(together.map((product) => product.id)).size, 1);
  assert.equal((await stripe.products.list()).data.length, 1);
});

test('each class of error', async () => {
  const stripe = client();
  const {errors} = Stripe;

  const missing = await rejection(stripe.customers.retrieve('cus_nope'));
  assert.ok(missing instanceof errors.StripeInvalidRequestError);
  assert.deepEqual(
    [missing.statusCode, missing.code, missing.param, missing.message],
    [404, 'resource_missing', 'id', "No such customer: 'cus_nope'"],
  );
  assert.match(missing.requestId, /^req_/);

  const unknown = await rejection(stripe.customers.create({nope: 1}));
  assert.ok(unknown instanceof errors.StripeInvalidRequestError);
  assert.deepEqual([unknown.statusCode, unknown.code, unknown.param], [400, 'parameter_unknown', 'nope']);

  const live = new Stripe('sk_live_0123456789', {
    host: server.hostname,
    port: Number(server.port),
    protocol: 'http',
  });
  const refused = await rejection(live.customers.list());
  assert.ok(refused instanceof errors.StripeAuthenticationError, refused.type);
  assert.equal(refused.statusCode, 401);

  const customer = await stripe.customers.create({name: 'Jenny'});
  const declined = await rejection(
    stripe.paymentMethods.attach('pm_card_chargeDeclined', {customer: customer.id}),
  );
  assert.ok(declined instanceof errors.StripeCardError, declined.type);
  assert.deepEqual(
    [declined.statusCode, declined.code, declined.decline_code],
    [402, 'card_declined', 'generic_decline'],
  );

  const late = await rejection(
    stripe.billing.meterEvents.create({event_name: 'nope', payload: {stripe_customer_id: customer.id, value: '1'}}),
  );
  assert.ok(late instanceof errors.StripeInvalidRequestError);
  assert.equal(late.message, 'No active meter found for event name "nope".');

  // okapi says so where it would have to invent: 501 is an API error to the SDK, not to be retried.
  const invented = await rejection(
    stripe.identity.verificationSessions.create({type: 'document'}, {maxNetworkRetries: 0}),
  );
  assert.equal(invented.statusCode, 501);
  if (newest) assert.ok(invented instanceof errors.StripeAPIError, invented.type);
});

test('v2: meter events, and a stream with its session', async () => {
  const stripe = client();
  const customer = await stripe.customers.create({name: 'Jenny'});
  const meter = await stripe.billing.meters.create({
    display_name: 'Tokens',
    event_name: 'tokens',
    default_aggregation: {formula: 'sum'},
  });
  const payload = (value) => ({stripe_customer_id: customer.id, value});
  const event = await stripe.v2.billing.meterEvents.create({event_name: 'tokens', payload: payload('25')});
  assert.equal(event.object, 'v2.billing.meter_event');
  assert.equal(event.payload.value, '25');

  // The older SDK sends streams to Stripe's own host, whatever `host` says.
  if (newest) {
    const session = await stripe.v2.billing.meterEventSession.create();
    const streaming = new Stripe(session.authentication_token, {
      host: server.hostname,
      port: Number(server.port),
      protocol: 'http',
    });
    await streaming.v2.billing.meterEventStream.create({
      events: [
        {event_name: 'tokens', payload: payload('10')},
        {event_name: 'tokens', payload: payload('5')},
      ],
    });
  }
  const midnight = Math.floor(Date.now() / 1000 / 86_400) * 86_400;
  const {data} = await stripe.billing.meters.listEventSummaries(meter.id, {
    customer: customer.id,
    start_time: midnight - 86_400,
    end_time: midnight + 2 * 86_400,
  });
  assert.equal(data[0].aggregated_value, newest ? 40 : 25);
});

test('events are listed, with what caused them', async () => {
  const stripe = client();
  const customer = await stripe.customers.create({name: 'Jenny'});
  await stripe.customers.update(customer.id, {name: 'Joe'});
  const {data} = await stripe.events.list({types: ['customer.created', 'customer.updated']});
  assert.deepEqual(data.map((event) => event.type), ['customer.updated', 'customer.created']);
  assert.deepEqual(data[0].data.previous_attributes, {name: 'Jenny'});
  assert.equal(data[0].data.object.name, 'Joe');
  assert.match(data[0].request.id, /^req_/);
  assert.match(data[0].request.idempotency_key, /^stripe-node-retry-/);
});

// Receives what okapi sends, and keeps bodies as the bytes they came in.
async function receiver() {
  const received = [];
  const listener = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      received.push({body: Buffer.concat(chunks), signature: request.headers['stripe-signature']});
      response.end();
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const url = `http://127.0.0.1:${listener.address().port}/hook`;
  return {received, url, close: () => listener.close()};
}

async function allDelivered(key) {
  const response = await fetch(new URL('/_okapi/webhooks/wait', server), {
    method: 'POST',
    headers: {authorization: `Bearer ${key}`},
  });
  assert.equal(response.status, 200);
}

test('a signed webhook becomes an event, and only a signed one', async () => {
  const key = newKey();
  const stripe = client({}, key);
  const {received, url, close} = await receiver();
  try {
    const endpoint = await stripe.webhookEndpoints.create({
      url,
      enabled_events: ['customer.created'],
      api_version: stripe.getApiField('version'),
    });
    assert.match(endpoint.secret, /^whsec_/);
    const customer = await stripe.customers.create({name: 'Zoë Überstück'});
    await stripe.customers.update(customer.id, {name: 'Joe'});
    await allDelivered(key);

    assert.equal(received.length, 1);
    const [{body, signature}] = received;
    const event = stripe.webhooks.constructEvent(body, signature, endpoint.secret);
    assert.equal(event.type, 'customer.created');
    assert.equal(event.api_version, stripe.getApiField('version'));
    assert.deepEqual([event.data.object.id, event.data.object.name], [customer.id, 'Zoë Überstück']);

    const {StripeSignatureVerificationError} = Stripe.errors;
    const forged = body.toString().replace(customer.id, 'cus_someoneElse');
    assert.throws(
      () => stripe.webhooks.constructEvent(forged, signature, endpoint.secret),
      StripeSignatureVerificationError,
    );
    assert.throws(
      () => stripe.webhooks.constructEvent(body, signature, 'whsec_another'),
      StripeSignatureVerificationError,
    );
  } finally {
    close();
  }
});
