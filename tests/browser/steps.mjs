// Ways that several stories go.
import {heading_is, says, settled} from './browser.mjs';

export async function create_customer(page, visit, {name, email, card}) {
  await visit('/customers');
  await page.getByRole('button', {name: 'Create customer'}).click();
  const dialog = page.getByTestId('create-customer');
  await dialog.getByLabel('Name', {exact: true}).fill(name);
  await dialog.getByLabel('Email').fill(email);
  await dialog.getByRole('button', {name: 'Create customer'}).click();
  await heading_is(page, name);
  if (card) await add_card(page, card);
  return page.url().split('/').at(-1);
}

export async function add_card(page, card) {
  await page.getByRole('button', {name: 'Add a test card'}).click();
  const dialog = page.getByTestId('add-card');
  await dialog.getByLabel('Card').selectOption({label: card});
  await dialog.getByLabel('Use it for invoices and subscriptions').check();
  await dialog.getByRole('button', {name: 'Add card'}).click();
  await dialog.waitFor({state: 'detached'});
  await says(page, 'payment-methods', 'default');
}

// The steps of "Fixed fee and overage", as the page in shared/data has them. Ends on the product.
export async function create_hypernian(page, visit) {
  await visit('/products');
  await page.getByRole('link', {name: 'Create product'}).click();
  await heading_is(page, 'Add a product');
  await page.getByLabel('Name', {exact: true}).fill('Hypernian');
  await page.getByLabel('Description').fill('The advanced model Hypernian Pro');
  await page
    .locator('.field', {hasText: 'Billing period'})
    .getByRole('button', {name: 'More pricing options'})
    .click();

  await heading_is(page, 'Add price');
  await page.getByRole('radio', {name: 'Flat rate'}).check();
  await page.getByLabel('Amount', {exact: true}).fill('200');
  await page.getByRole('button', {name: 'Next', exact: true}).click();

  await heading_is(page, 'Add a product');
  await page.getByRole('button', {name: 'Add another price'}).click();

  await heading_is(page, 'Add price');
  await page.getByRole('radio', {name: 'Usage-based'}).check();
  await page.getByRole('radio', {name: 'Per tier'}).check();
  await page.getByRole('radio', {name: 'Graduated'}).last().check();
  await page.getByLabel('Last unit of tier 1').fill('100,000');
  await page.getByLabel('Per unit of tier 1').fill('0');
  await page.getByLabel('Per unit of tier 2').fill('0.001');
  await page.getByRole('button', {name: 'Create a new meter'}).click();
  const dialog = page.getByTestId('create-meter');
  await dialog.getByLabel('Meter name').fill('hypernian_api_tokens');
  await dialog.getByRole('button', {name: 'Create meter'}).click();
  await dialog.waitFor({state: 'detached'});
}

export async function subscribe(page, visit, {customer, prices}) {
  await visit(`/subscriptions/new?customer=${customer}`);
  for (const [index, price] of prices.entries()) {
    if (index > 0) await page.getByTestId('add-item').click();
    await page.getByLabel(`Price ${index + 1}`, {exact: true}).selectOption(price);
  }
}

export async function add_usage(page, value) {
  await page.getByRole('button', {name: 'Add usage'}).click();
  const dialog = page.getByTestId('add-usage');
  await dialog.getByLabel('Value').fill(value);
  await dialog.getByRole('button', {name: 'Add usage'}).click();
  await dialog.waitFor({state: 'detached'});
}

// Clicks a button of the clock and waits for what it says then.
export async function move_clock(page, label, time) {
  await page.getByTestId('clock').getByRole('button', {name: label}).click();
  await says(page, 'clock-now', time);
  await page.locator('.clock:not([aria-busy])').waitFor();
}

// The newest invoice of the customer's page.
export async function open_newest_invoice(page, visit, customer) {
  await visit(`/customers/${customer}`);
  await page.getByTestId('invoices').locator('tbody a').first().click();
  await page.getByTestId('invoice').waitFor();
  await settled(page);
}
