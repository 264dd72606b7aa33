// What developers look at: logs, events, webhooks, errors; and what the server offers besides.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {test} from 'node:test';

import {heading_is, on_a_page, says, server, text_of} from './browser.mjs';
import * as steps from './steps.mjs';

test('the log tells requests of others live, and each as curl', () =>
  on_a_page(async ({page, api, visit, key}) => {
    await visit('/logs');
    await page.getByText('No request matches.').waitFor();
    await api.post('/v1/customers', {name: 'Ada & Bea'});
    await api.send('POST', '/v1/customers', {email: 'nobody'});
    // The page learns of it by itself.
    await page.getByTestId('log-table').getByText('/v1/customers').nth(1).waitFor();
    await page.getByLabel('Status').selectOption('failed');
    await page.getByTestId('log-table').locator('tbody tr').nth(1).waitFor({state: 'detached'});
    await says(page, 'http-status', '400');
    await page.getByLabel('Status').selectOption('succeeded');
    await says(page, 'http-status', '200');
    await page.getByTestId('log-table').locator('tbody a').first().click();
    await heading_is(page, 'POST /v1/customers');
    const curl = await text_of(page, 'curl');
    assert.ok(curl.includes(`-u ${key}:`), curl);
    assert.match(curl, /--data-urlencode 'name=Ada & Bea'/);
    assert.equal(JSON.parse(await text_of(page, 'response')).name, 'Ada & Bea');
    await page.getByRole('link', {name: /^evt_/}).click();
    await heading_is(page, 'customer.created');

    await visit('/errors');
    await says(page, 'error-kinds', 'customers.create');
    await says(page, 'error-table', 'Invalid email address: nobody');
  }));

test('an endpoint is told, the attempts are shown, and an event is sent again', async () => {
  const told = [];
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      told.push(JSON.parse(body).type);
      response.writeHead(200).end('thank you');
    });
  });
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  try {
    await on_a_page(async ({page, api, visit}) => {
      await visit('/webhooks');
      await page.getByRole('button', {name: 'Add endpoint'}).click();
      const dialog = page.getByTestId('add-endpoint');
      await dialog.getByLabel('URL').fill(`http://127.0.0.1:${receiver.address().port}/hook`);
      await dialog.getByLabel('Events').fill('customer.created');
      await dialog.getByRole('button', {name: 'Add endpoint'}).click();
      await page.getByText(/^whsec_/).waitFor();
      await api.post('/v1/customers', {name: 'Ada'});
      await says(page, 'outcome', 'delivered');
      await page.getByRole('button', {name: 'Resend'}).click();
      await page.locator('dialog').getByRole('button', {name: 'Resend'}).click();
      await page.getByTestId('attempts').locator('tbody tr').nth(1).waitFor();
      await api.post('/_okapi/webhooks/wait');
      assert.deepEqual(told, ['customer.created', 'customer.created']);
    });
  } finally {
    receiver.close();
  }
});

test('snapshots are saved, restored and downloaded', () =>
  on_a_page(async ({page, api, visit}) => {
    await api.post('/v1/customers', {name: 'Ada'});
    await visit('/snapshots');
    await page.getByRole('button', {name: 'Save snapshot'}).click();
    await page.getByTestId('save-snapshot').getByLabel('Name').fill('with Ada');
    await page.getByTestId('save-snapshot').getByRole('button', {name: 'Save'}).click();
    await says(page, 'snapshot-table', 'with Ada');
    await api.post('/v1/customers', {name: 'Bea'});
    await page.getByRole('button', {name: 'Restore'}).click();
    await page.locator('dialog').getByRole('button', {name: 'Restore'}).click();
    await page.locator('dialog').waitFor({state: 'detached'});
    assert.equal((await api.get('/v1/customers')).data.length, 1);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', {name: 'Download'}).click();
    const file = await (await downloading).path();
    assert.match(await readFile(file, 'utf8'), /"Ada"/);

    await page.getByRole('button', {name: 'Empty the account'}).click();
    await page.getByTestId('reset').getByRole('button', {name: 'Empty the account'}).click();
    await page.getByTestId('reset').waitFor({state: 'detached'});
    assert.equal((await api.get('/v1/customers')).data.length, 0);
    await page.getByLabel('Load a file').setInputFiles(file);
    await page.getByText('is loaded.').waitFor();
    assert.equal((await api.get('/v1/customers')).data[0].name, 'Ada');
  }));

test('a fault is added, happens once, and is removed', () =>
  on_a_page(async ({page, api, visit}) => {
    await visit('/faults');
    await page.getByRole('button', {name: 'Add fault'}).click();
    const dialog = page.getByTestId('add-fault');
    await dialog.getByLabel('Path').fill('/v1/coupons');
    await dialog.getByLabel('Answer with status').fill('503');
    await dialog.getByRole('button', {name: 'Add fault'}).click();
    await says(page, 'fault-table', 'answers 503');
    assert.equal((await api.send('GET', '/v1/coupons')).status, 503);
    assert.equal((await api.send('GET', '/v1/coupons')).status, 200);
    await page.getByRole('button', {name: 'Remove'}).click();
    await page.locator('dialog').getByRole('button', {name: 'Remove'}).click();
    await page.getByText('No faults').waitFor();
  }));

test('a test clock moves its own customers', () =>
  on_a_page(async ({page, api, visit}) => {
    const clock = await api.post('/v1/test_helpers/test_clocks', {
      frozen_time: Date.UTC(2025, 4, 1) / 1000,
      name: 'May',
    });
    await visit('/');
    await page.getByLabel('Which clock').selectOption(clock.id);
    await says(page, 'clock-now', '1 May 2025');
    await steps.move_clock(page, '+1 day', '2 May 2025');
    const moved = await api.get(`/v1/test_helpers/test_clocks/${clock.id}`);
    assert.equal(moved.frozen_time, Date.UTC(2025, 4, 2) / 1000);
  }));

test('another key is another account, and is remembered', () =>
  on_a_page(async ({page, api, visit, key}) => {
    await api.post('/v1/customers', {name: 'Ada'});
    await visit('/customers');
    await says(page, 'customer-table', 'Ada');
    await page.getByTestId('account-picker').click();
    const dialog = page.getByTestId('account-dialog');
    await dialog.getByLabel('Another secret key').fill('sk_live_1');
    await dialog.getByRole('button', {name: 'Use this key'}).click();
    await dialog.getByText('Give a key such as sk_test_mine.').waitFor();
    await dialog.getByLabel('Another secret key').fill(`${key}_other`);
    await dialog.getByRole('button', {name: 'Use this key'}).click();
    await says(page, 'current-key', `${key}_other`);
    await visit('/customers');
    await page.getByText('No customers yet.').waitFor();
    await page.getByTestId('account-picker').click();
    await page.getByTestId(`account-${key}`).click();
    await page.getByTestId('home').waitFor();
    await visit('/customers');
    await says(page, 'customer-table', 'Ada');
    assert.ok(page.url().startsWith(server));
  }));
