// New credit grant: name, amount, what it pays for, and from when until when.
import {get} from '../core/api.js';
import {h} from '../core/dom.js';
import {go} from '../core/router.js';
import {to_minor} from '../core/money.js';
import {expanded_prices, name_of, price_label} from '../core/prices.js';
import {now} from '../core/live.js';
import {add_months, from_input, to_date_input} from '../core/time.js';
import {
  choice,
  currency_field,
  field,
  form,
  select_field,
  text_field,
  value_of,
} from '../ui/form.js';
import {page, section} from '../ui/parts.js';

export const live = false;

// "None" or "specific date", and the date.
function date_choice(legend, name, none_label) {
  const date = field(
    'Date',
    h('input', {
      type: 'date',
      name: `${name}_date`,
      testid: `${name}-date`,
      value: to_date_input(add_months(now(), name === 'expires_at' ? 12 : 1)),
    }),
    {name: `${name}_date`},
  );
  date.hidden = true;
  const group = choice(
    legend,
    name,
    [
      ['none', none_label],
      ['specific', 'Specific date'],
    ],
    {value: 'none', on_change: (picked) => (date.hidden = picked !== 'specific')},
  );
  return h('div', {class: 'stack'}, group, date);
}

const read_date = (form_element, name) =>
  form_element.querySelector(`[name="${name}_date"]`).closest('.field').hidden
    ? null
    : from_input(value_of(form_element, `${name}_date`));

function applicability(prices) {
  const list = h(
    'select',
    {name: 'prices', multiple: true, size: '4', testid: 'prices'},
    prices.map((price) => h('option', {value: price.id}, price_label(price))),
  );
  const picked = field('Metered prices', list, {name: 'applicability_config[scope][prices]'});
  picked.hidden = true;
  const group = choice(
    'Applies to',
    'applicability_config[scope]',
    [
      ['metered', 'All metered prices'],
      ['prices', 'Specific prices'],
    ],
    {value: 'metered', on_change: (kind) => (picked.hidden = kind !== 'prices')},
  );
  const scope = () =>
    picked.hidden
      ? {price_type: 'metered'}
      : {prices: [...list.selectedOptions].map((option) => ({id: option.value}))};
  return {element: h('div', {class: 'stack'}, group, prices.length > 0 && picked), scope};
}

export async function render({params}) {
  const [customer, prices] = await Promise.all([
    get(`/v1/customers/${params.id}`),
    expanded_prices({type: 'recurring'}),
  ]);
  const scope = applicability(prices.filter((price) => price.recurring?.meter));
  const read = (name) => value_of(element, name);
  const steps = () => {
    const currency = read('amount[monetary][currency]');
    const priority = read('priority');
    return [
      {
        path: '/v1/billing/credit_grants',
        params: {
          customer: customer.id,
          name: read('name'),
          amount: {
            type: 'monetary',
            monetary: {
              value: to_minor(read('amount[monetary][value]') ?? '', currency),
              currency,
            },
          },
          category: read('category'),
          applicability_config: {scope: scope.scope()},
          priority,
          effective_at: read_date(element, 'effective_at'),
          expires_at: read_date(element, 'expires_at'),
        },
      },
    ];
  };
  const back = `/customers/${customer.id}`;
  const currency = currency_field({
    name: 'amount[monetary][currency]',
    value: customer.currency ?? 'usd',
  });
  const element = form(
    {
      testid: 'credit-grant-form',
      submit: 'Create grant',
      steps,
      done: () => go(back),
      cancel: () => go(back),
    },
    text_field('Name', 'name', {testid: 'name', hint: 'Shown on the customer’s invoices.'}),
    h(
      'div',
      {class: 'row'},
      text_field('Amount', 'amount[monetary][value]', {inputmode: 'decimal', testid: 'amount'}),
      currency,
      select_field('Category', 'category', [
        ['paid', 'Paid'],
        ['promotional', 'Promotional'],
      ]),
    ),
    scope.element,
    text_field('Priority', 'priority', {
      type: 'number',
      min: '0',
      max: '100',
      value: '50',
      hint: 'Lower is drawn first; 50 is usual.',
    }),
    date_choice('Effective date', 'effective_at', 'Immediately'),
    date_choice('Expiry date', 'expires_at', 'None'),
  );
  return page(
    {
      title: 'New credit grant',
      testid: 'new-credit-grant',
      trail: [
        ['Customers', '/customers'],
        [name_of(customer), back],
      ],
    },
    section({title: 'Grant'}, element),
  );
}
