// The items of an invoice that is being written: one-off amounts and prices.
import {h} from '../core/dom.js';
import {Decimal, grouped} from '../core/decimal.js';
import {money, to_minor} from '../core/money.js';
import {price_label} from '../core/prices.js';
import {choice, error_slot, field, select_input, show_error, text_input, value_of} from './form.js';
import {button} from './parts.js';

// The parameters of an item; those of POST /v1/invoiceitems and of a preview differ in the price.
export function item_params(item, currency, {for_preview = false} = {}) {
  const shared = {quantity: item.quantity || null, description: item.description || null};
  if (item.price) {
    return {
      ...shared,
      ...(for_preview ? {price: item.price.id} : {pricing: {price: item.price.id}}),
    };
  }
  return {...shared, currency, unit_amount_decimal: to_minor(item.amount, currency)};
}

function item_amount(item, currency) {
  if (item.price) return price_label(item.price);
  const unit = Decimal.parse(to_minor(item.amount, currency));
  const quantity = Decimal.parse(item.quantity || '1');
  if (!unit || !quantity) return item.amount;
  return money(unit.times(quantity).rounded(), currency);
}

function details_form(item, {prices, currency, save, cancel}) {
  let kind = item.price ? 'price' : 'one_off';
  const description = field(
    'Item',
    text_input('description', {value: item.description ?? '', testid: 'item-name'}),
  );
  const amount = field(
    'Price',
    text_input('amount', {
      value: item.amount ?? '',
      inputmode: 'decimal',
      class: 'amount',
      testid: 'item-price',
    }),
    {hint: `In ${currency.toUpperCase()}`},
  );
  const price = field(
    'Existing price',
    select_input(
      'price',
      prices.map((row) => [row.id, price_label(row)]),
      {value: item.price?.id, testid: 'item-existing-price'},
    ),
  );
  const show = () => {
    amount.hidden = kind === 'price';
    price.hidden = kind !== 'price';
  };
  show();
  const quantity = field(
    'Quantity',
    text_input('quantity', {value: item.quantity ?? '1', inputmode: 'numeric', class: 'amount'}),
  );
  const keep = () => {
    const text = value_of(element, 'amount') ?? '';
    if (kind === 'one_off' && Decimal.parse(text) === null) {
      show_error(element, {param: 'amount', message: 'Give an amount, such as 100,000.'});
      return;
    }
    save({
      description: value_of(element, 'description'),
      quantity: (value_of(element, 'quantity') ?? '1').replaceAll(',', ''),
      amount: kind === 'one_off' ? text : null,
      price: kind === 'price' ? prices.find((row) => row.id === value_of(element, 'price')) : null,
    });
  };
  const element = h(
    'fieldset',
    {class: 'form item-details', testid: 'item-details'},
    h('legend', {}, 'Item details'),
    prices.length > 0 &&
      choice(
        'Kind',
        'item',
        [
          ['one_off', 'One-off'],
          ['price', 'Existing price'],
        ],
        {
          value: kind,
          on_change: (picked) => {
            kind = picked;
            show();
          },
        },
      ),
    description,
    h('div', {class: 'row'}, amount, price, quantity),
    error_slot(),
    h(
      'div',
      {class: 'actions'},
      button('Save', {kind: 'primary small', testid: 'save-item', action: keep}),
      button('Cancel', {kind: 'small', action: cancel}),
    ),
  );
  return element;
}

// Gives {element, items}; `changed` is called when the items did.
export function line_items({prices, currency, changed}) {
  const items = [];
  const list = h('ul', {class: 'price-list', testid: 'items'});
  const details = h('div', {});
  const close = () => details.replaceChildren();
  const open = (index) => {
    const save = (item) => {
      if (index === null) items.push(item);
      else items[index] = item;
      close();
      draw();
      changed();
    };
    const usable = prices.filter((row) => row.type === 'one_time' && row.currency === currency());
    const form = details_form(index === null ? {} : items[index], {
      prices: usable,
      currency: currency(),
      save,
      cancel: close,
    });
    details.replaceChildren(form);
    form.querySelector('[name=description]').focus();
  };
  const row = (item, index) =>
    h(
      'li',
      {},
      h(
        'span',
        {},
        item.description ?? (item.price ? '' : 'No description'),
        item.quantity !== '1' && ` × ${grouped(item.quantity)}`,
        ' ',
        h('strong', {}, item_amount(item, currency())),
      ),
      h(
        'span',
        {class: 'actions'},
        button('Edit', {kind: 'small', action: () => open(index)}),
        button('Remove', {
          kind: 'small',
          action: () => {
            items.splice(index, 1);
            draw();
            changed();
          },
        }),
      ),
    );
  const draw = () =>
    list.replaceChildren(...(items.length ? items.map(row) : [h('li', {}, 'No items yet.')]));
  draw();
  const element = h(
    'fieldset',
    {class: 'form', 'data-param': 'invoice_items'},
    h('legend', {}, 'Items'),
    list,
    details,
    h(
      'div',
      {},
      button('Add a new line item', {testid: 'add-line-item', action: () => open(null)}),
    ),
    h('p', {class: 'field-error', hidden: true}),
  );
  return {element, items, draw};
}
