// The Stripe CLI as it is, with --api-base alone: resource commands, fixtures, login, and what it
// listens to. OKAPI_URL names a running server; `okapi exec` sets it.
import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import {once} from 'node:events';
import {writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {join} from 'node:path';
import {test} from 'node:test';

import {Running, ask, newHome, newKey, okapi, stripe, url} from './cli.mjs';

const account = async () => ({key: newKey(), home: await newHome()});

// A program that takes webhooks; `next` gives them one by one, with what was signed.
async function receiver() {
  const waiting = [];
  const arrived = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const hook = {body, headers: request.headers, event: JSON.parse(body)};
    response.end('thank you');
    if (waiting.length > 0) waiting.shift()(hook);
    else arrived.push(hook);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/hook`,
    next: () =>
      arrived.length > 0
        ? Promise.resolve(arrived.shift())
        : new Promise((resolve) => waiting.push(resolve)),
    close: () => server.close(),
  };
}

function assertSigned(hook, secret) {
  const parts = new URLSearchParams(hook.headers['stripe-signature'].replaceAll(',', '&'));
  const signed = createHmac('sha256', secret).update(`${parts.get('t')}.${hook.body}`);
  assert.equal(parts.get('v1'), signed.digest('hex'));
}

// A command that stays, ready; stopped when the test ends.
async function listen(t, args, options) {
  const running = new Running([...args, '--api-base', url], options);
  t.after(() => running.stop());
  await running.says(/Ready!/);
  return running;
}

test('resource commands: create, retrieve, update, list, delete', async () => {
  const options = await account();
  const ada = await ask(
    ['customers', 'create', '--email', 'ada@example.com', '-d', 'metadata[plan]=gold'], options);
  assert.equal(ada.email, 'ada@example.com');
  assert.deepEqual(ada.metadata, {plan: 'gold'});
  const renamed = await ask(['customers', 'update', ada.id, '--name', 'Ada'], options);
  assert.equal(renamed.name, 'Ada');
  assert.equal((await ask(['customers', 'retrieve', ada.id], options)).name, 'Ada');
  const list = await ask(['customers', 'list', '--limit', '1'], options);
  assert.deepEqual(list.data.map((one) => one.id), [ada.id]);
  const gone = await ask(['customers', 'delete', ada.id, '-c'], options);
  assert.deepEqual(gone, {id: ada.id, object: 'customer', deleted: true});
});

test('get, post and delete, nested parameters, expansion, idempotency', async () => {
  const options = await account();
  const price = await ask(
    ['post', '/v1/prices', '-d', 'unit_amount=1500', '-d', 'currency=usd',
      '-d', 'product_data[name]=Gold', '-e', 'product', '-i', 'once'], options);
  assert.equal(price.product.name, 'Gold');
  const again = await ask(
    ['post', '/v1/prices', '-d', 'unit_amount=1500', '-d', 'currency=usd',
      '-d', 'product_data[name]=Gold', '-e', 'product', '-i', 'once'], options);
  assert.equal(again.id, price.id);
  const got = await ask(['get', `/v1/prices/${price.id}`], options);
  assert.equal(got.unit_amount, 1500);
  const meters = await ask(['billing', 'meters', 'list'], options);
  assert.deepEqual(meters.data, []);
  const refused = await stripe(['get', '/v1/prices/price_none', '--api-base', url], options);
  assert.match(refused.output, /No such price: 'price_none'/);
});

const lists = ['charges', 'coupons', 'credit_notes', 'customers', 'disputes', 'events', 'invoiceitems',
  'invoices', 'payment_intents', 'plans', 'prices', 'products', 'promotion_codes', 'quotes', 'refunds',
  'setup_intents', 'subscription_schedules', 'subscriptions', 'tax_rates', 'webhook_endpoints'];

test('what can be listed is listed', async () => {
  const options = await account();
  for (const resource of lists) {
    const list = await ask([resource, 'list'], options);
    assert.equal(list.object, 'list', resource);
  }
});

test('fixtures of one\'s own', async () => {
  const options = await account();
  const file = join(options.home, 'world.json');
  const steps = [
    {name: 'customer', path: '/v1/customers', method: 'post', params: {name: 'Ada'}},
    {name: 'item', path: '/v1/invoiceitems', method: 'post',
      params: {customer: '${customer:id}', amount: 700, currency: 'usd'}},
    {name: 'invoice', path: '/v1/invoices', method: 'post',
      params: {customer: '${customer:id}', pending_invoice_items_behavior: 'include'}},
    {name: 'final', path: '/v1/invoices/${invoice:id}/finalize', method: 'post'},
  ];
  await writeFile(file, JSON.stringify({_meta: {template_version: 0}, fixtures: steps}));
  const {code, output} = await stripe(['fixtures', file, '--api-base', url], options);
  assert.equal(code, 0, output);
  const [invoice] = (await ask(['invoices', 'list'], options)).data;
  assert.equal(invoice.status, 'open');
  assert.equal(invoice.total, 700);
});

test('login gives a key that later commands use', async () => {
  const home = await newHome();
  const begun = await stripe(
    ['login', '--non-interactive', '--dashboard-base', url, '--api-base', url], {home});
  const {next_step: next} = JSON.parse(begun.output.slice(begun.output.indexOf('{')));
  const poll = /'([^']+)'/.exec(next)[1];
  const done = await stripe(
    ['login', '--complete', poll, '--dashboard-base', url, '--api-base', url], {home});
  assert.match(done.output, /configured for okapi with account id acct_/);
  const customer = await ask(['customers', 'create', '--name', 'Ada'], {home});
  // The account of okapi's own commands, so that `okapi advance` and `stripe` act on one world.
  assert.equal((await okapi('sk_test_okapi', `/v1/customers/${customer.id}`)).name, 'Ada');
});

test('listen forwards, signed, what a trigger in another terminal caused', async (t) => {
  const options = await account();
  const hooks = await receiver();
  t.after(() => hooks.close());
  const secret = (await stripe(['listen', '--print-secret', '--api-base', url], options)).output
    .match(/whsec_[0-9a-f]{64}/)[0];
  const listening = await listen(
    t, ['listen', '--all-snapshot', '--forward-to', hooks.url], options);
  assert.ok(listening.output.includes(secret));

  const triggered = await stripe(['trigger', 'product.created', '--api-base', url], options);
  assert.equal(triggered.code, 0, triggered.output);
  const hook = await hooks.next();
  assert.equal(hook.event.type, 'product.created');
  assertSigned(hook, secret);
  await listening.says(/<--\s+\[200\] POST/);

  await t.test('and again with events resend', async () => {
    const event = await ask(['events', 'resend', hook.event.id], options);
    assert.equal(event.id, hook.event.id);
    const second = await hooks.next();
    assert.equal(second.body, hook.body);
    assertSigned(second, secret);
  });

  await t.test('what the program answered is among the attempts', async () => {
    await listening.says(/<--\s+\[200\] POST[^]*<--\s+\[200\] POST/);
    let attempts = [];
    while (attempts.length < 2) {
      attempts = (await okapi(options.key, `/_okapi/webhooks?event=${hook.event.id}`)).attempts;
    }
    assert.deepEqual(
      attempts.map(({outcome, status, response}) => [outcome, status, response]),
      [['delivered', 200, 'thank you'], ['delivered', 200, 'thank you']],
    );
    assert.equal(attempts[0].url, hooks.url);
  });
});

test('listen --latest, and only the events asked for', async (t) => {
  const options = await account();
  const hooks = await receiver();
  t.after(() => hooks.close());
  await listen(
    t, ['listen', '--latest', '--events', 'customer.updated', '--forward-to', hooks.url], options);
  const {id} = await okapi(options.key, '/v1/customers', {name: 'Ada'});
  await okapi(options.key, `/v1/customers/${id}`, {name: 'Grace'});
  const {event} = await hooks.next();
  assert.equal(event.type, 'customer.updated');
  assert.equal(event.data.object.name, 'Grace');
  assert.equal(event.api_version, '2026-10-28.endive');
});

test('listen to thin events', async (t) => {
  const options = await account();
  const hooks = await receiver();
  t.after(() => hooks.close());
  await listen(t, ['listen', '--all-thin', '--forward-to', hooks.url], options);
  const customer = await okapi(options.key, '/v1/customers', {name: 'Ada'});
  const {event} = await hooks.next();
  assert.equal(event.object, 'v2.core.event');
  assert.equal(event.type, 'v1.customer.created');
  assert.deepEqual(event.related_object,
    {id: customer.id, type: 'customer', url: `/v1/customers/${customer.id}`});
  assert.equal(event.data, undefined);
  const whole = await okapi(options.key, `/v2/core/events/${event.id}`);
  assert.equal(whole.type, event.type);
});

test('listen with the endpoints of the account', async (t) => {
  const options = await account();
  const hooks = await receiver();
  t.after(() => hooks.close());
  // Nothing listens there; what counts for the CLI is its path.
  await okapi(options.key, '/v1/webhook_endpoints',
    {url: 'http://127.0.0.1:9/hook', 'enabled_events[]': 'price.created'});
  const to = new URL(hooks.url).origin;
  await listen(
    t, ['listen', '--all-snapshot', '--use-configured-webhooks', '--forward-to', to], options);
  await okapi(options.key, '/v1/prices',
    {currency: 'usd', unit_amount: '100', 'product_data[name]': 'Gold'});
  assert.equal((await hooks.next()).event.type, 'price.created');
});

test('logs tail shows what its filters let through', async (t) => {
  const options = await account();
  const tail = await listen(t, ['logs', 'tail', '--filter-http-method', 'POST',
    '--filter-request-status', 'FAILED', '--filter-status-code-type', '4XX'], options);
  await okapi(options.key, '/v1/customers');
  await okapi(options.key, '/v1/customers', {name: 'Ada'});
  await okapi(options.key, '/v1/prices', {currency: 'usd'});
  await tail.says(/\[400\] POST \/v1\/prices \[req_\w+\]/);
  assert.doesNotMatch(tail.output, /\/v1\/customers/);
});
