// The prices of a subscription that is being made or changed.
import {h} from '../core/dom.js';
import {price_label} from '../core/prices.js';
import {button} from './parts.js';

const is_metered = (price) => price?.recurring?.usage_type === 'metered';

function remove_button(number, action) {
  return button('Remove', {
    kind: 'small',
    name: `Remove price ${number}`,
    testid: `remove-item-${number}`,
    action,
  });
}

// `items`: [{id?, price, quantity}], changed in place; one that the server has keeps its id and is
// marked `deleted` when it is taken out. Gives the element.
export function item_rows({items, prices, changed}) {
  const list = h('ul', {class: 'price-list', testid: 'subscription-items'});
  const price_of = (id) => prices.find((price) => price.id === id);
  const row = (item, index) => {
    const number = index + 1;
    const select = h(
      'select',
      {'aria-label': `Price ${number}`, name: `items[${index}][price]`, testid: `price-${number}`},
      h('option', {value: ''}, 'Choose a price'),
      prices.map((price) => h('option', {value: price.id}, price_label(price))),
    );
    select.value = item.price;
    select.addEventListener('change', () => {
      item.price = select.value;
      draw();
      changed();
    });
    const quantity = h('input', {
      'aria-label': `Quantity ${number}`,
      name: `items[${index}][quantity]`,
      type: 'number',
      min: '0',
      value: String(item.quantity ?? 1),
      testid: `quantity-${number}`,
    });
    quantity.addEventListener('input', () => {
      item.quantity = quantity.value;
      changed();
    });
    const metered = is_metered(price_of(item.price));
    return h(
      'li',
      {class: 'item-row', 'data-param': `items[${index}]`},
      select,
      metered ? h('small', {}, 'by usage') : quantity,
      remove_button(number, () => {
        if (item.id) item.deleted = true;
        else items.splice(index, 1);
        draw();
        changed();
      }),
      h('p', {class: 'field-error', hidden: true}),
    );
  };
  const draw = () =>
    list.replaceChildren(...items.map((item, index) => (item.deleted ? '' : row(item, index))));
  draw();
  return h(
    'fieldset',
    {class: 'form', 'data-param': 'items'},
    h('legend', {}, 'Prices'),
    list,
    h('p', {class: 'field-error', hidden: true}),
    h(
      'div',
      {},
      button('Add price', {
        kind: 'small',
        testid: 'add-item',
        action: () => {
          items.push({price: '', quantity: '1'});
          draw();
        },
      }),
    ),
  );
}

// The items as parameters.
export function item_params(items, prices) {
  return items
    .filter((item) => item.id || item.price)
    .map((item) => {
      if (item.deleted) return {id: item.id, deleted: true};
      const metered = is_metered(prices.find((price) => price.id === item.price));
      return {id: item.id, price: item.price, quantity: metered ? null : item.quantity};
    });
}
