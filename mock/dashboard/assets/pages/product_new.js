// Create product: its name, and prices that are made on the Add price page and kept here until the
// product is added.
import {list_all} from '../core/api.js';
import {h} from '../core/dom.js';
import {go} from '../core/router.js';
import {new_price, price_params} from '../core/price_draft.js';
import {describe_draft} from '../core/price_words.js';
import {
  choice,
  currency_field,
  field,
  form,
  show_error,
  text_field,
  text_input,
} from '../ui/form.js';
import {button, page, section} from '../ui/parts.js';
import {period_field, price_editor} from '../ui/price_editor.js';

export const live = false;

const trail = [['Product catalog', '/products']];

function steps_of(state) {
  const drafts = state.prices.length ? state.prices : state.quick.amount ? [state.quick] : [];
  return [
    {
      path: '/v1/products',
      params: {name: state.name || null, description: state.description || null},
      save: 'PRODUCT_ID',
    },
    ...drafts.map((draft, index) => ({
      path: '/v1/prices',
      params: price_params(draft, '{{PRODUCT_ID}}'),
      save: `PRICE_${index + 1}_ID`,
      draft,
    })),
  ];
}

function quick_price(state, open_price) {
  const {quick} = state;
  const amount = text_input('unit_amount_decimal', {
    value: quick.amount,
    inputmode: 'decimal',
    class: 'amount',
    testid: 'amount',
  });
  amount.addEventListener('input', () => (quick.amount = amount.value.trim()));
  const currency = currency_field({value: quick.currency});
  const currency_select = currency.querySelector('select');
  currency_select.addEventListener('change', () => (quick.currency = currency_select.value));
  const period = period_field(quick);
  period.append(
    button('More pricing options', {
      kind: 'quiet small',
      testid: 'more-pricing-options',
      action: () => open_price(null),
    }),
  );
  period.hidden = quick.one_time;
  return [
    choice(
      'Price',
      'type',
      [
        ['recurring', 'Recurring'],
        ['one_time', 'One-off'],
      ],
      {
        value: quick.one_time ? 'one_time' : 'recurring',
        on_change: (picked) => {
          quick.one_time = picked === 'one_time';
          period.hidden = quick.one_time;
        },
      },
    ),
    h('div', {class: 'row'}, field('Amount', amount), currency, period),
  ];
}

function price_rows(state, open_price, redraw) {
  return [
    h(
      'ul',
      {class: 'price-list', testid: 'draft-prices'},
      state.prices.map((draft, index) =>
        h(
          'li',
          {testid: `draft-price-${index + 1}`},
          describe_draft(draft, state.meters),
          h(
            'span',
            {class: 'actions'},
            button('Edit', {kind: 'small', action: () => open_price(index)}),
            button('Remove', {
              kind: 'small',
              action: () => {
                state.prices.splice(index, 1);
                redraw();
              },
            }),
          ),
        ),
      ),
    ),
    h(
      'div',
      {},
      button('Add another price', {
        testid: 'add-another-price',
        action: () => open_price(null),
      }),
    ),
  ];
}

function product_view(state, open_price, redraw) {
  const bound = (label, name, attributes) => {
    const element = text_field(label, name, {value: state[name], ...attributes});
    const input = element.querySelector('input');
    input.addEventListener('input', () => (state[name] = input.value.trim()));
    return element;
  };
  const element = form(
    {
      testid: 'product-form',
      submit: 'Add product',
      finished: state.finished,
      steps: () => steps_of(state),
      done: ([product]) => go(`/products/${product.id}`),
      cancel: () => go('/products'),
      on_error: (error) => {
        // A refused price is shown where it was written.
        const index = state.prices.indexOf(error.step?.draft);
        if (index >= 0) open_price(index, error);
      },
    },
    bound('Name', 'name', {testid: 'name'}),
    bound('Description (optional)', 'description', {
      testid: 'description',
      hint: 'Appears at checkout, in the customer portal and in quotes.',
    }),
    section(
      {title: state.prices.length ? 'Prices' : 'Pricing', flat: true},
      state.prices.length ? price_rows(state, open_price, redraw) : quick_price(state, open_price),
    ),
  );
  return page(
    {title: 'Add a product', testid: 'add-product', trail},
    section({title: 'Product'}, element),
  );
}

function price_view(state, index, {error, back}) {
  const draft = structuredClone(
    index === null ? (state.prices.length ? new_price() : state.quick) : state.prices[index],
  );
  const editor = price_editor(draft, state.meters);
  const element = form(
    {
      testid: 'price-form',
      submit: 'Next',
      // Nothing is sent yet: the prices are made together with their product.
      steps: () => [],
      shown: () => [{path: '/v1/prices', params: price_params(draft, '{{PRODUCT_ID}}')}],
      done: () => {
        if (index === null) state.prices.push(draft);
        else state.prices[index] = draft;
        back();
      },
      cancel: back,
    },
    editor.fields,
  );
  if (error) queueMicrotask(() => show_error(element, error));
  return page(
    {title: 'Add price', testid: 'add-price', trail},
    h('div', {class: 'columns uneven'}, section({title: 'Pricing'}, element), editor.preview),
  );
}

export async function render() {
  const state = {
    name: '',
    description: '',
    prices: [],
    quick: new_price(),
    meters: await list_all('/v1/billing/meters', {status: 'active'}),
    finished: new Map(),
  };
  const frame = h('div', {class: 'page'});
  const show = (element) => {
    frame.replaceChildren(element);
    window.scrollTo(0, 0);
    const heading = element.querySelector('h1');
    heading.tabIndex = -1;
    heading.focus({preventScroll: true});
  };
  const open_product = () => show(product_view(state, open_price, open_product));
  const open_price = (index, error) => show(price_view(state, index, {error, back: open_product}));
  frame.append(product_view(state, open_price, open_product));
  return frame;
}
