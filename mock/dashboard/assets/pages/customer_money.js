// What a customer owes or is owed besides invoices: pending items and the balance.
import {h} from '../core/dom.js';
import {money, to_minor} from '../core/money.js';
import {action_button} from '../ui/dialog.js';
import {currency_field, text_field, value_of} from '../ui/form.js';
import {moment, section} from '../ui/parts.js';
import {table} from '../ui/table.js';

const read = (name) => value_of(document.querySelector('dialog'), name);

function add_item_button(customer) {
  return action_button(
    'Add pending item',
    {
      testid: 'add-item',
      submit: 'Add item',
      text: 'It is billed with the customer’s next invoice.',
      fields: () => [
        text_field('Description', 'description'),
        h(
          'div',
          {class: 'row'},
          text_field('Amount', 'amount', {inputmode: 'decimal'}),
          currency_field({value: customer.currency ?? 'usd'}),
        ),
      ],
      steps: () => [
        {
          path: '/v1/invoiceitems',
          params: {
            customer: customer.id,
            description: read('description'),
            amount: to_minor(read('amount') ?? '', read('currency')),
            currency: read('currency'),
          },
        },
      ],
      done: () => {},
    },
    {kind: 'small'},
  );
}

function remove_item(item) {
  return action_button(
    'Remove',
    {
      title: 'Remove this item',
      testid: `remove-${item.id}`,
      steps: () => [{method: 'DELETE', path: `/v1/invoiceitems/${item.id}`}],
      done: () => {},
    },
    {kind: 'small quiet'},
  );
}

export function pending_section(customer, items) {
  return section(
    {title: 'Pending items', testid: 'pending-items', actions: add_item_button(customer)},
    table({
      caption: 'Pending items',
      rows: items,
      none: 'Nothing waits for the next invoice.',
      columns: [
        {label: 'Description', of: (row) => row.description ?? '—'},
        {label: 'Amount', end: true, of: (row) => money(row.amount, row.currency)},
        {label: '', end: true, of: remove_item},
      ],
    }),
  );
}

function adjust_button(customer) {
  return action_button(
    'Adjust',
    {
      title: 'Adjust the balance',
      testid: 'adjust-balance',
      text: 'A negative amount is owed to the customer and lowers the next invoice.',
      fields: () => [
        h(
          'div',
          {class: 'row'},
          text_field('Amount', 'amount', {inputmode: 'decimal'}),
          currency_field({value: customer.currency ?? 'usd'}),
        ),
        text_field('Description', 'description'),
      ],
      steps: () => [
        {
          path: `/v1/customers/${customer.id}/balance_transactions`,
          params: {
            amount: to_minor(read('amount') ?? '', read('currency')),
            currency: read('currency'),
            description: read('description'),
          },
        },
      ],
      done: () => {},
    },
    {kind: 'small'},
  );
}

export function balance_section(customer, transactions) {
  const currency = customer.currency ?? transactions[0]?.currency ?? 'usd';
  const meaning =
    customer.balance < 0
      ? 'is owed to the customer'
      : customer.balance > 0
        ? 'is owed by them'
        : '';
  return section(
    {title: 'Balance', testid: 'balance', actions: adjust_button(customer)},
    h(
      'p',
      {},
      h('strong', {testid: 'balance-amount'}, money(Math.abs(customer.balance), currency)),
      ' ',
      meaning,
    ),
    transactions.length > 0 &&
      table({
        caption: 'Balance transactions',
        rows: transactions,
        columns: [
          {label: 'What', of: (row) => row.description ?? row.type.replaceAll('_', ' ')},
          {label: 'When', of: (row) => moment(row.created)},
          {label: 'Amount', end: true, of: (row) => money(row.amount, row.currency)},
        ],
      }),
  );
}
