// One product and its prices.
import {get, list_all} from '../core/api.js';
import {h, link} from '../core/dom.js';
import {from_minor} from '../core/money.js';
import {draft_of_price} from '../core/price_draft.js';
import {expanded_prices, model_text, price_text, tier_rows} from '../core/prices.js';
import {go} from '../core/router.js';
import {action_button} from '../ui/dialog.js';
import {text_field, value_of} from '../ui/form.js';
import {
  badge,
  button_link,
  empty,
  facts,
  folded,
  id_chip,
  json_block,
  metadata_rows,
  moment,
  page,
  section,
} from '../ui/parts.js';
import {price_preview} from '../ui/price_preview.js';
import {table} from '../ui/table.js';

function edit_button(product) {
  const read = (name) => value_of(document.querySelector('dialog'), name) ?? '';
  return action_button('Edit', {
    title: 'Edit product',
    submit: 'Save',
    testid: 'edit-product',
    fields: () => [
      text_field('Name', 'name', {value: product.name}),
      text_field('Description', 'description', {value: product.description ?? ''}),
    ],
    steps: () => [
      {
        path: `/v1/products/${product.id}`,
        params: {name: read('name'), description: read('description')},
      },
    ],
    done: () => {},
  });
}

function archive_button(kind, object) {
  const label = object.active ? 'Archive' : 'Bring back';
  return action_button(
    label,
    {
      title: `${label} this ${kind}`,
      submit: label,
      testid: `archive-${object.id}`,
      text: object.active ? 'It can no longer be used for new subscriptions and items.' : null,
      steps: () => [{path: `/v1/${kind}s/${object.id}`, params: {active: !object.active}}],
      done: () => {},
    },
    {kind: kind === 'price' ? 'small' : ''},
  );
}

function delete_button(product) {
  return action_button(
    'Delete',
    {
      title: 'Delete product',
      submit: 'Delete product',
      kind: 'danger',
      testid: 'delete-product',
      text: 'Only a product without prices can be deleted.',
      steps: () => [{method: 'DELETE', path: `/v1/products/${product.id}`}],
      done: () => go('/products'),
    },
    {kind: 'danger'},
  );
}

function tiers_of(price) {
  return table({
    caption: `Tiers of ${price.id}`,
    rows: tier_rows(price),
    columns: [
      {label: 'First unit', of: (row) => row.from},
      {label: 'Last unit', of: (row) => row.up_to},
      {label: 'Per unit', end: true, of: (row) => row.unit},
      {label: 'Flat rate', end: true, of: (row) => row.flat},
    ],
  });
}

function price_section(price, meters) {
  return section(
    {
      title: price.nickname ?? price_text(price),
      testid: `price-${price.id}`,
      actions: [badge(price.active ? 'active' : 'archived'), archive_button('price', price)],
    },
    h(
      'div',
      {class: 'columns'},
      facts([
        ['Id', id_chip(price.id)],
        ['Model', model_text(price)],
        ['Price', price_text(price)],
        ['Currency', price.currency.toUpperCase()],
        [
          'Meter',
          price.recurring?.meter &&
            link(`/meters/${price.recurring.meter}`, meters.get(price.recurring.meter) ?? 'Meter'),
        ],
        ['Lookup key', price.lookup_key],
        ['Tax', price.tax_behavior === 'unspecified' ? null : price.tax_behavior],
        ['Created', moment(price.created)],
      ]),
      price.tiers && tiers_of(price),
    ),
    folded(
      'What would a quantity cost?',
      `preview-${price.id}`,
      price_preview(draft_of_price(price, from_minor), {period: false}).element,
    ),
    folded('The object', `json-${price.id}`, json_block(price)),
  );
}

export async function render({params}) {
  const product = await get(`/v1/products/${params.id}`);
  const [prices, meters] = await Promise.all([
    product.deleted ? [] : expanded_prices({product: product.id}),
    list_all('/v1/billing/meters'),
  ]);
  const meter_names = new Map(meters.map((meter) => [meter.id, meter.display_name]));
  return page(
    {
      title: product.name ?? 'A deleted product',
      testid: 'product',
      trail: [['Product catalog', '/products']],
      status: badge(product.active ? 'active' : 'archived'),
      note: product.description,
      actions: [
        button_link(`/products/${product.id}/prices/new`, 'Add another price', {
          kind: 'primary',
          testid: 'add-another-price',
        }),
        edit_button(product),
        archive_button('product', product),
        delete_button(product),
      ],
    },
    prices.length
      ? prices.map((price) => price_section(price, meter_names))
      : section({title: 'Prices'}, empty('No price yet.')),
    section(
      {title: 'Details'},
      facts([
        ['Id', id_chip(product.id)],
        ['Created', moment(product.created)],
        ['Updated', moment(product.updated)],
        ['Statement descriptor', product.statement_descriptor],
        ['Unit', product.unit_label],
        ...metadata_rows(product.metadata),
      ]),
      folded('The object', `json-${product.id}`, json_block(product)),
    ),
  );
}
