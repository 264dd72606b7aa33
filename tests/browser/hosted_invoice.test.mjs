// The hosted invoice page, as the customer who gets the link sees it.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {says, server, text_of} from './browser.mjs';
import {check_page, on_a_hosted_page} from './hosted.mjs';

async function open_invoice(api) {
  const customer = await api.post('/v1/customers', {
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    balance: -500,
  });
  const rate = await api.post('/v1/tax_rates', {
    display_name: 'VAT',
    percentage: 19,
    inclusive: false,
  });
  const coupon = await api.post('/v1/coupons', {name: 'Spring', percent_off: 10, duration: 'once'});
  const invoice = await api.post('/v1/invoices', {
    customer: customer.id,
    collection_method: 'send_invoice',
    days_until_due: 30,
    description: 'Thank you <b>very</b> much',
    'default_tax_rates[0]': rate.id,
    'discounts[0][coupon]': coupon.id,
  });
  await api.post('/v1/invoiceitems', {
    customer: customer.id,
    invoice: invoice.id,
    currency: 'usd',
    amount: 10000,
    description: 'Consulting',
  });
  return api.post(`/v1/invoices/${invoice.id}/finalize`);
}

async function pay_with(page, card) {
  await page.getByTestId(`fill-${card}`).click();
  await page.getByTestId('pay').click();
}

test('the invoice shows its amounts and is paid after a card that declines', () =>
  on_a_hosted_page(
    async ({page, api, visit}) => {
      const invoice = await open_invoice(api);
      await visit(invoice.hosted_invoice_url);
      await says(page, 'headline', '$102.10 due January 31, 2026');
      await says(page, 'status', 'Open');
      const totals = await text_of(page, 'totals');
      for (const part of ['Spring (10% off)\n-$10.00', 'VAT (19%) on $90.00\n$17.10']) {
        assert.ok(totals.includes(part), totals);
      }
      assert.match(totals, /Applied balance\n-\$5\.00/);
      await page.getByText('Thank you <b>very</b> much').waitFor();
      await check_page(page, 'invoice-open');

      await pay_with(page, 'declines');
      await says(page, 'card-error', 'Your card was declined.');
      await check_page(page, 'invoice-declined');
      assert.equal((await api.get(`/v1/invoices/${invoice.id}`)).status, 'open');

      await pay_with(page, 'succeeds');
      await says(page, 'status', 'Paid');
      await says(page, 'headline', '$102.10 paid on January 1, 2026');
      assert.equal(await page.getByTestId('pay').count(), 0);
      await check_page(page, 'invoice-paid');
      assert.equal((await api.get(`/v1/invoices/${invoice.id}`)).amount_paid, 10210);
    },
    {expects: ['402 (Payment Required)']},
  ));

test('a card that asks for 3D Secure leads to the bank and back', () =>
  on_a_hosted_page(async ({page, api, visit}) => {
    const invoice = await open_invoice(api);
    await visit(invoice.hosted_invoice_url);
    await pay_with(page, '3ds');
    await says(page, 'challenge-amount', '$102.10');
    await check_page(page, 'challenge');
    await page.getByTestId('failed').click();
    await says(page, 'alert', 'The payment was not approved.');
    await pay_with(page, '3ds');
    await page.getByTestId('succeeded').click();
    await says(page, 'status', 'Paid');
  }));

test('the PDF says the same, twice in the same bytes', () =>
  on_a_hosted_page(async ({page, api, visit}) => {
    const invoice = await open_invoice(api);
    await visit(invoice.hosted_invoice_url);
    const link = await page.getByTestId('pdf').getAttribute('href');
    const read = async (url) => {
      const response = await fetch(url);
      assert.equal(response.headers.get('content-type'), 'application/pdf');
      return Buffer.from(await response.arrayBuffer()).toString('latin1');
    };
    const pdf = await read(new URL(link, page.url()));
    assert.equal(pdf, await read(invoice.invoice_pdf));
    for (const part of [invoice.number, 'Ada Lovelace', 'Consulting', '$102.10', '-$5.00']) {
      assert.ok(pdf.includes(part), part);
    }
  }));

test('everything works by keyboard and without JavaScript', () =>
  on_a_hosted_page(
    async ({page, api, visit}) => {
      const invoice = await open_invoice(api);
      await visit(invoice.hosted_invoice_url);
      await page.getByTestId('card-number').focus();
      for (const words of ['4242424242424242', '12/34', '123', 'Ada']) {
        await page.keyboard.type(words);
        await page.keyboard.press('Tab');
      }
      await page.keyboard.press('Enter');
      await says(page, 'status', 'Paid');
    },
    {javascript: false},
  ));

test('the policy lets in no script, and nothing of other machines', () =>
  on_a_hosted_page(async ({api}) => {
    const invoice = await open_invoice(api);
    const page = await fetch(invoice.hosted_invoice_url);
    const policy = page.headers.get('content-security-policy');
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /form-action 'self'; frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /script-src|unsafe|http/);
    const text = await page.text();
    assert.doesNotMatch(text, /<script|<style|\son\w+=|\sstyle=/);
    assert.ok(text.length < 20_000, 'a small page');
  }));

test('the dashboard links to the page and to the file', () =>
  on_a_hosted_page(async ({page, api, visit}) => {
    const invoice = await open_invoice(api);
    await visit(`${server}/dashboard/invoices/${invoice.id}`);
    const opened = page.context().waitForEvent('page');
    await page.getByTestId('hosted-page').click();
    await says(await opened, 'headline', '$102.10 due January 31, 2026');
    const file = await fetch(await page.getByTestId('pdf').getAttribute('href'));
    assert.equal(file.headers.get('content-type'), 'application/pdf');
  }));
