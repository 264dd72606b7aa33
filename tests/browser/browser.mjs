// A browser for the tests, and what every test wants of it: an account of its own, and complaints
// of the page as failures.
import assert from 'node:assert/strict';
import {after, before} from 'node:test';

import {chromium} from 'playwright-core';

export const server = process.env.OKAPI_URL;
let browser = null;
let accounts = 0;

before(async () => {
  // Debian's Chromium; as root, where CI runs, it starts only without its sandbox.
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
});

after(() => browser?.close());

// The API as another client of the same account.
export function client_of(key) {
  const send = async (method, path, params = {}) => {
    const form = new URLSearchParams(params).toString();
    const response = await fetch(server + path + (method === 'GET' && form ? `?${form}` : ''), {
      method,
      headers: {
        Authorization: `Bearer ${key}`,
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      body: method === 'POST' ? form : undefined,
    });
    return {status: response.status, body: await response.json()};
  };
  const sure = async (method, path, params) => {
    const {status, body} = await send(method, path, params);
    assert.equal(status, 200, `${method} ${path}: ${JSON.stringify(body)}`);
    return body;
  };
  return {
    send,
    get: (path, params) => sure('GET', path, params),
    post: (path, params) => sure('POST', path, params),
  };
}

// Runs `story({page, api, visit, key})` on a page of an account of its own. Whatever the page
// complained about, asked of another machine, or could not load, is a failure.
export async function on_a_page(
  story,
  {scheme = 'light', viewport, expects = [], javascript = true, also = []} = {},
) {
  const key = `sk_test_browser_${process.pid}_${++accounts}`;
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: viewport ?? {width: 1280, height: 900},
    acceptDownloads: true,
    javaScriptEnabled: javascript,
  });
  context.setDefaultTimeout(15_000);
  await context.addInitScript((chosen) => {
    // Not in frames, which may have no storage of their own.
    if (window !== window.top) return;
    if (!localStorage.getItem('okapi.key')) localStorage.setItem('okapi.key', chosen);
  }, key);
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const text = `${message.text()} (${message.location().url})`;
    if (!expects.some((part) => text.includes(part))) complaints.push(text);
  });
  page.on('request', (request) => {
    const url = request.url();
    const known = [server, 'blob:', 'data:', ...also].some((start) => url.startsWith(start));
    if (!known) {
      complaints.push(`asked another machine: ${url}`);
    }
  });
  const visit = async (path) => {
    await page.goto(`${server}/dashboard${path}`);
    await settled(page);
  };
  try {
    await story({page, api: client_of(key), visit, key});
  } catch (error) {
    const shot = process.env.OKAPI_SHOTS;
    if (shot) await page.screenshot({path: `${shot}/failed-${accounts}.png`, fullPage: true});
    if (complaints.length) error.message += `\nThe page complained: ${complaints.join('\n')}`;
    throw error;
  } finally {
    await context.close();
  }
  assert.deepEqual(complaints, []);
}

// The page that the address names is drawn.
export async function settled(page) {
  await page.locator('main:not([aria-busy]) h1').first().waitFor();
}

export const text_of = (page, testid) => page.getByTestId(testid).first().innerText();

export async function heading_is(page, text) {
  await page.getByRole('heading', {level: 1, name: text, exact: true}).waitFor();
}

// Waits until the element says so.
export async function says(page, testid, text) {
  await page.getByTestId(testid).filter({hasText: text}).first().waitFor();
}
