// Create subscription: prices, how it is paid, and what the first and the next invoice would be.
import {h} from '../core/dom.js';
import {customer_options, expanded_prices} from '../core/prices.js';
import {now} from '../core/live.js';
import {go} from '../core/router.js';
import {day} from '../core/time.js';
import {choice, form, select_field, text_field, value_of} from '../ui/form.js';
import {button_link, empty, page, section} from '../ui/parts.js';
import {preview_section} from '../ui/preview.js';
import {item_params, item_rows} from '../ui/subscription_items.js';

export const live = false;

const trail = [['Subscriptions', '/subscriptions']];

const trial_end = (days) => now() + Number(days) * day;

function collection_fields() {
  let method = 'charge_automatically';
  const days = text_field('Due in days', 'days_until_due', {type: 'number', value: '30'});
  days.hidden = true;
  const element = choice(
    'Collection',
    'collection_method',
    [
      ['charge_automatically', 'Charge automatically', 'With the default payment method'],
      ['send_invoice', 'Request payment', 'The customer is sent each invoice'],
    ],
    {
      value: method,
      wide: true,
      on_change: (picked) => {
        method = picked;
        days.hidden = picked !== 'send_invoice';
      },
    },
  );
  return {elements: [element, days], method: () => method};
}

function previews(asked) {
  const params = (mode) => () => {
    const found = asked();
    return found && {...found, preview_mode: mode};
  };
  const none = 'Choose a customer and a price.';
  const first = preview_section({
    title: 'First invoice',
    testid: 'first-invoice',
    none,
    params: params(null),
  });
  const next = preview_section({
    title: 'Next invoice',
    testid: 'next-invoice',
    none,
    params: params('recurring'),
  });
  return {
    elements: [first.element, next.element],
    draw: () => {
      first.draw();
      next.draw();
    },
  };
}

export async function render({query}) {
  const [customers, prices] = await Promise.all([
    customer_options(),
    expanded_prices({active: true, type: 'recurring'}),
  ]);
  if (customers.length === 0 || prices.length === 0) {
    return page(
      {title: 'Create subscription', trail},
      empty(
        'A subscription needs a customer and a recurring price.',
        h(
          'div',
          {class: 'actions'},
          button_link('/customers', 'Customers'),
          button_link('/products/new', 'Create product'),
        ),
      ),
    );
  }
  const items = [{price: '', quantity: '1'}];
  const collection = collection_fields();
  const read = (name) => value_of(element, name);
  const preview = previews(() => {
    const chosen = item_params(items, prices);
    if (!read('customer') || chosen.length === 0) return null;
    const trial = read('trial_period_days');
    return {
      customer: read('customer'),
      subscription_details: {items: chosen, trial_end: trial ? trial_end(trial) : null},
      discounts: read('coupon') ? [{coupon: read('coupon')}] : null,
    };
  });
  const element = form(
    {
      testid: 'subscription-form',
      submit: 'Create subscription',
      steps: () => [
        {
          path: '/v1/subscriptions',
          params: {
            customer: read('customer'),
            items: item_params(items, prices),
            trial_period_days: read('trial_period_days'),
            collection_method: collection.method(),
            days_until_due: collection.method() === 'send_invoice' ? read('days_until_due') : null,
            description: read('description'),
            discounts: read('coupon') ? [{coupon: read('coupon')}] : null,
          },
          save: 'SUBSCRIPTION_ID',
        },
      ],
      done: ([subscription]) => go(`/subscriptions/${subscription.id}`),
      cancel: () => go('/subscriptions'),
    },
    select_field('Customer', 'customer', [['', 'Choose a customer'], ...customers], {
      value: query.customer ?? '',
      testid: 'customer',
      on: {change: preview.draw},
    }),
    item_rows({items, prices, changed: preview.draw}),
    h(
      'div',
      {class: 'row'},
      text_field('Trial days', 'trial_period_days', {
        type: 'number',
        min: '0',
        testid: 'trial-days',
        on: {change: preview.draw},
      }),
      text_field('Coupon', 'coupon', {on: {change: preview.draw}}),
    ),
    collection.elements,
    text_field('Description', 'description'),
  );
  preview.draw();
  return page(
    {title: 'Create subscription', testid: 'create-subscription', trail},
    h(
      'div',
      {class: 'columns uneven'},
      section({title: 'Subscription'}, element),
      h('div', {class: 'stack'}, preview.elements),
    ),
  );
}
