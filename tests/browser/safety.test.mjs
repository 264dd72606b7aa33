// What nobody should be able to do to or through the pages.
import assert from 'node:assert/strict';
import {request as send} from 'node:http';
import {test} from 'node:test';

import {heading_is, on_a_page, server, settled} from './browser.mjs';

const script = '<img src=x onerror="document.title=\'taken\'"><script>alert(1)</script>';

// A request with headers that fetch would not let us set.
function ask(path, headers) {
  return new Promise((resolve, reject) => {
    // Not as a URL, which would tidy the path up.
    const {hostname, port} = new URL(server);
    const request = send({hostname, port, path, headers}, (response) => {
      let body = '';
      response.on('data', (part) => (body += part));
      response.on('end', () =>
        resolve({status: response.statusCode, headers: response.headers, body}),
      );
    });
    request.on('error', reject).end();
  });
}

test('scripts in names, descriptions and metadata are text', () =>
  on_a_page(async ({page, api, visit}) => {
    const customer = await api.post('/v1/customers', {
      name: script,
      description: script,
      'metadata[note]': script,
    });
    const product = await api.post('/v1/products', {name: script, description: script});
    await api.post('/v1/prices', {
      product: product.id,
      currency: 'usd',
      unit_amount: 100,
      nickname: script,
    });
    const meter = await api.post('/v1/billing/meters', {
      display_name: script.slice(0, 80),
      event_name: 'tokens',
      'default_aggregation[formula]': 'sum',
    });
    await api.post('/v1/invoiceitems', {
      customer: customer.id,
      currency: 'usd',
      amount: 100,
      description: script,
    });
    const invoice = await api.post('/v1/invoices', {
      customer: customer.id,
      description: script,
      pending_invoice_items_behavior: 'include',
    });
    for (const path of [
      '',
      '/customers',
      `/customers/${customer.id}`,
      '/products',
      `/products/${product.id}`,
      '/invoices',
      `/invoices/${invoice.id}`,
      `/meters/${meter.id}`,
      '/invoices/new',
      '/logs',
      '/events',
    ]) {
      await visit(path);
      assert.equal(await page.locator('main img, main script').count(), 0, path);
      assert.notEqual(await page.title(), 'taken', path);
    }
    await visit(`/customers/${customer.id}`);
    await heading_is(page, script);
  }));

test('the policy lets in no script and no style that is not a file of the dashboard', async () => {
  const page = await ask('/dashboard', {Accept: 'text/html'});
  assert.equal(page.status, 200);
  const policy = page.headers['content-security-policy'];
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe|http/);
  assert.doesNotMatch(page.body, /<script>|<style|\son\w+=|\sstyle=/);
});

test('browsers see the page at /, other clients the welcome', async () => {
  const page = await ask('/', {Accept: 'text/html,application/xhtml+xml,*/*;q=0.8'});
  assert.match(page.headers['content-type'], /^text\/html/);
  const welcome = await ask('/', {Accept: '*/*'});
  assert.match(JSON.parse(welcome.body).message, /local mock of Stripe/);
});

test('a foreign Host or Origin sees and changes nothing', async () => {
  const port = new URL(server).port;
  for (const headers of [
    {Host: 'evil.example'},
    {Host: `evil.example:${port}`},
    {Origin: 'https://evil.example'},
    {'Sec-Fetch-Site': 'cross-site'},
  ]) {
    for (const path of ['/dashboard', '/dashboard/assets/app.js', '/_okapi/accounts']) {
      const answer = await ask(path, headers);
      assert.equal(answer.status, 403, `${path} ${JSON.stringify(headers)}`);
    }
  }
});

test('no address leads out of the folder of assets', async () => {
  for (const name of ['../pages.cc', '..%2fpages.cc', '/etc/passwd', '.', 'none.js', '']) {
    const answer = await ask(`/dashboard/assets/${name}`, {});
    assert.equal(answer.status, 404, name);
  }
});

test('a page of an object that is not there says so', () =>
  on_a_page(
    async ({page, visit}) => {
      await visit('/customers/cus_nobody');
      await page.getByText("No such customer: 'cus_nobody'").waitFor();
      await page.getByTestId('nav-home').click();
      await page.getByTestId('home').waitFor();
      await settled(page);
    },
    {expects: ['404 (Not Found)']},
  ));
