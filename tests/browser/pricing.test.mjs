// Every pricing model of the Add price page, and that its preview says what the server would bill.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {heading_is, on_a_page, text_of} from './browser.mjs';

// What is chosen, what is filled in, a quantity, and what the preview says.
const models = [
  {
    choose: ['Flat rate'],
    fill: {Amount: '12.50'},
    quantity: '3',
    total: '$37.50',
    price: {unit_amount: 1250, billing_scheme: 'per_unit'},
  },
  {
    choose: ['Package'],
    fill: {'Amount per package': '5', 'Units per package': '1,000'},
    quantity: '1001',
    total: '$10.00',
    price: {unit_amount: 500, transform_quantity: {divide_by: 1000, round: 'up'}},
  },
  {
    choose: ['Volume'],
    fill: {
      'Last unit of tier 1': '20',
      'Per unit of tier 1': '12',
      'Per unit of tier 2': '10',
      'Flat rate of tier 2': '5',
    },
    quantity: '21',
    total: '$215.00',
    price: {tiers_mode: 'volume', billing_scheme: 'tiered'},
  },
  {
    choose: ['Graduated'],
    fill: {'Last unit of tier 1': '20', 'Per unit of tier 1': '12', 'Per unit of tier 2': '10'},
    quantity: '21',
    total: '$250.00',
    price: {tiers_mode: 'graduated', billing_scheme: 'tiered'},
  },
  {
    choose: ['Usage-based', 'Per unit'],
    fill: {Amount: '0.0125'},
    quantity: '101',
    total: '$1.26',
    price: {unit_amount: null, unit_amount_decimal: '1.25'},
  },
  {
    choose: ['Usage-based', 'Per package'],
    fill: {'Amount per package': '0.10', 'Units per package': '100'},
    quantity: '12,345',
    total: '$12.40',
    price: {unit_amount: 10, transform_quantity: {divide_by: 100, round: 'up'}},
  },
  {
    choose: ['Usage-based', 'Per tier', 'Volume'],
    fill: {
      'Last unit of tier 1': '100,000',
      'Per unit of tier 1': '0.002',
      'Per unit of tier 2': '0.001',
    },
    quantity: '100,001',
    total: '$100.00',
    price: {tiers_mode: 'volume', billing_scheme: 'tiered'},
  },
];

for (const model of models) {
  test(`a price by ${model.choose.join(', ').toLowerCase()}`, () =>
    on_a_page(async ({page, api, visit}) => {
      const product = await api.post('/v1/products', {name: 'Hypernian'});
      const meter = await api.post('/v1/billing/meters', {
        display_name: 'Tokens',
        event_name: 'tokens',
        'default_aggregation[formula]': 'sum',
      });
      await visit(`/products/${product.id}`);
      await page.getByRole('link', {name: 'Add another price'}).click();
      await heading_is(page, 'Add price');
      for (const name of model.choose) {
        await page.getByRole('radio', {name, exact: true}).last().check();
      }
      for (const [label, text] of Object.entries(model.fill)) {
        await page.getByLabel(label).fill(text);
      }
      if (model.choose[0] === 'Usage-based') {
        await page.getByLabel('Meter').selectOption(meter.id);
      }
      await page.getByLabel('Quantity').fill(model.quantity);
      assert.equal(await text_of(page, 'preview-total'), model.total);
      await page.getByRole('button', {name: 'Add price'}).click();
      await heading_is(page, 'Hypernian');
      const [price] = (await api.get('/v1/prices')).data;
      for (const [field, value] of Object.entries(model.price)) {
        assert.deepEqual(price[field], value, field);
      }
      assert.equal(price.recurring.meter, model.choose[0] === 'Usage-based' ? meter.id : null);
    }));
}

// The preview's arithmetic against the server's, at the edges of tiers and packages.
test('previews and invoices agree to the cent', () =>
  on_a_page(async ({page, visit, key}) => {
    await visit('/');
    const differences = await page.evaluate(async (secret) => {
      const {new_price, price_params, rated} =
        await import('/dashboard/assets/core/price_draft.js');
      const {post} = await import('/dashboard/assets/core/api.js');
      const {current_key} = await import('/dashboard/assets/core/account.js');
      if (current_key() !== secret) return ['the page has another account'];
      const tiers = [
        {up_to: '10', unit: '0.125', flat: '1'},
        {up_to: '100', unit: '0.0333', flat: ''},
        {up_to: 'inf', unit: '0.01', flat: '2.50'},
      ];
      const drafts = [
        {amount: '0.3335'},
        {amount: '1999', currency: 'jpy'},
        {model: 'package', amount: '0.75', package_size: '7'},
        {model: 'package', amount: '0.75', package_size: '7', round: 'down'},
        {model: 'volume', tiers},
        {model: 'graduated', tiers},
      ];
      const customer = await post('/v1/customers', {});
      const product = await post('/v1/products', {name: 'Laws'});
      const wrong = [];
      for (const [index, changes] of drafts.entries()) {
        const draft = {...new_price(), ...changes};
        const price = await post('/v1/prices', price_params(draft, product.id));
        for (const quantity of [1, 6, 7, 8, 10, 11, 99, 100, 101, 1000]) {
          const preview = await post('/v1/invoices/create_preview', {
            customer: customer.id,
            subscription_details: {items: [{price: price.id, quantity}]},
          });
          const mine = rated(draft, String(quantity)).total.toString();
          if (mine !== String(preview.total)) {
            wrong.push(`draft ${index}, ${quantity}: ${mine}, not ${preview.total}`);
          }
        }
      }
      return wrong;
    }, key);
    assert.deepEqual(differences, []);
  }));

test('amounts are read and shown exactly', () =>
  on_a_page(async ({page, visit}) => {
    await visit('/');
    const shown = await page.evaluate(async () => {
      const {money, to_minor, from_minor} = await import('/dashboard/assets/core/money.js');
      return [
        money(20000, 'usd'),
        money('0.1', 'usd'),
        money(-5, 'eur'),
        money('99999999999999999', 'usd'),
        money(1999, 'jpy'),
        money(1999, 'kwd'),
        to_minor('100,000', 'usd'),
        to_minor('0.001', 'usd'),
        to_minor('0.29', 'usd'),
        to_minor('1999', 'jpy'),
        to_minor('lots', 'usd'),
        from_minor('0.1', 'usd'),
      ];
    });
    assert.deepEqual(shown, [
      '$200.00',
      '$0.001',
      '−€0.05',
      '$999,999,999,999,999.99',
      '¥1,999',
      'KWD 1.999',
      '10000000',
      '0.1',
      '29',
      '1999',
      'lots',
      '0.001',
    ]);
  }));
