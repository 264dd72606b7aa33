// Payment methods of a customer; test cards are added by name.
import {h} from '../core/dom.js';
import {brand_name, test_cards} from '../core/test_cards.js';
import {action_button} from '../ui/dialog.js';
import {check_field, select_field, value_of} from '../ui/form.js';
import {badge, empty, section} from '../ui/parts.js';

function add_button(customer, has_default) {
  const read = (name) => value_of(document.querySelector('dialog'), name);
  return action_button(
    'Add a test card',
    {
      testid: 'add-card',
      submit: 'Add card',
      fields: () => [
        select_field('Card', 'payment_method', test_cards, {testid: 'card'}),
        check_field('Use it for invoices and subscriptions', 'default', {
          checked: !has_default,
          testid: 'default-card',
        }),
      ],
      steps: () => {
        const attach = {
          path: `/v1/payment_methods/${read('payment_method')}/attach`,
          params: {customer: customer.id},
          save: 'PAYMENT_METHOD_ID',
        };
        const make_default = {
          path: `/v1/customers/${customer.id}`,
          params: {invoice_settings: {default_payment_method: '{{PAYMENT_METHOD_ID}}'}},
        };
        return read('default') ? [attach, make_default] : [attach];
      },
      done: () => {},
    },
    {kind: 'small'},
  );
}

function row_action(label, title, step, testid) {
  return action_button(
    label,
    {title, submit: label, testid, steps: () => [step], done: () => {}},
    {kind: 'small quiet'},
  );
}

function card_text(method) {
  if (!method.card) return method.type;
  const {brand, last4, exp_month: month, exp_year: year} = method.card;
  return `${brand_name(brand)} •••• ${last4}, ${String(month).padStart(2, '0')}/${year}`;
}

function card_row(customer, method) {
  const is_default = customer.invoice_settings.default_payment_method === method.id;
  return h(
    'li',
    {testid: `card-${method.id}`},
    h('span', {}, card_text(method), ' ', is_default && badge('default', 'good', 'default')),
    h(
      'span',
      {class: 'actions'},
      !is_default &&
        row_action(
          'Make default',
          'Make this card the default',
          {
            path: `/v1/customers/${customer.id}`,
            params: {invoice_settings: {default_payment_method: method.id}},
          },
          `default-${method.id}`,
        ),
      row_action(
        'Detach',
        'Detach this card',
        {path: `/v1/payment_methods/${method.id}/detach`},
        `detach-${method.id}`,
      ),
    ),
  );
}

export function card_section(customer, methods) {
  const has_default = Boolean(customer.invoice_settings.default_payment_method);
  return section(
    {
      title: 'Payment methods',
      testid: 'payment-methods',
      actions: add_button(customer, has_default),
    },
    methods.length
      ? h(
          'ul',
          {class: 'price-list'},
          methods.map((method) => card_row(customer, method)),
        )
      : empty('No payment method: what is due stays open.'),
  );
}
