// What may be done with an invoice in its state.
import {h} from '../core/dom.js';
import {to_minor, from_minor} from '../core/money.js';
import {go} from '../core/router.js';
import {action_button} from '../ui/dialog.js';
import {check_field, choice, field, select_field, text_field, value_of} from '../ui/form.js';

const read = (name) => value_of(document.querySelector('dialog'), name);

function simple(invoice, label, {verb, title, text, params, kind, look}) {
  return action_button(
    label,
    {
      title: title ?? label,
      testid: `invoice-${verb}`,
      text,
      kind,
      steps: () => [{path: `/v1/invoices/${invoice.id}/${verb}`, params}],
      done: () => {},
    },
    {kind: look},
  );
}

const finalize = (invoice) =>
  simple(invoice, 'Finalize', {
    verb: 'finalize',
    text: 'It gets its number and can no longer be changed.',
    params: {auto_advance: true},
    look: invoice.collection_method === 'send_invoice' ? '' : 'primary',
  });

const send = (invoice) =>
  simple(invoice, invoice.status === 'draft' ? 'Send invoice' : 'Send again', {
    verb: 'send',
    text: 'okapi sends no mail; the invoice.sent event says that it would have.',
    look: invoice.status === 'draft' ? 'primary' : '',
  });

function pay(invoice, cards) {
  const methods = [
    ...cards.map((card) => [
      card.id,
      card.card ? `${card.card.brand} •••• ${card.card.last4}` : card.type,
    ]),
    ['', 'Default payment method'],
    ['out_of_band', 'Outside of Stripe (cash, a bank transfer)'],
  ];
  return action_button(
    'Pay',
    {
      title: 'Pay this invoice',
      testid: 'invoice-pay',
      fields: () => [
        select_field('With', 'payment_method', methods, {testid: 'pay-with'}),
        check_field('The customer is there and can be asked to authenticate', 'on_session', {
          testid: 'on-session',
        }),
      ],
      steps: () => {
        const method = read('payment_method');
        const params =
          method === 'out_of_band'
            ? {paid_out_of_band: true}
            : {payment_method: method, off_session: read('on_session') ? false : null};
        return [{path: `/v1/invoices/${invoice.id}/pay`, params}];
      },
      done: () => {},
    },
    {kind: 'primary'},
  );
}

function add_item(invoice) {
  return action_button('Add item', {
    title: 'Add a line item',
    testid: 'invoice-add-item',
    fields: () => [
      text_field('Item', 'description'),
      h(
        'div',
        {class: 'row'},
        text_field('Price', 'unit_amount_decimal', {inputmode: 'decimal'}),
        text_field('Quantity', 'quantity', {value: '1', inputmode: 'numeric'}),
      ),
    ],
    steps: () => [
      {
        path: '/v1/invoiceitems',
        params: {
          customer: invoice.customer,
          invoice: invoice.id,
          description: read('description'),
          currency: invoice.currency,
          unit_amount_decimal: to_minor(read('unit_amount_decimal') ?? '', invoice.currency),
          quantity: read('quantity'),
        },
      },
    ],
    done: () => {},
  });
}

function edit_memo(invoice) {
  const memo = () => {
    const area = h('textarea', {name: 'description'});
    area.value = invoice.description ?? '';
    return field('Memo', area);
  };
  return action_button('Edit memo', {
    submit: 'Save',
    testid: 'invoice-edit',
    fields: memo,
    steps: () => [
      {
        path: `/v1/invoices/${invoice.id}`,
        params: {description: read('description') ?? ''},
      },
    ],
    done: () => {},
  });
}

function delete_draft(invoice) {
  return action_button(
    'Delete draft',
    {
      testid: 'invoice-delete',
      kind: 'danger',
      text: 'A draft can be deleted; later invoices can only be voided.',
      steps: () => [{method: 'DELETE', path: `/v1/invoices/${invoice.id}`}],
      done: () => go('/invoices'),
    },
    {kind: 'danger'},
  );
}

const void_invoice = (invoice) =>
  simple(invoice, 'Void', {
    verb: 'void',
    title: 'Void this invoice',
    text: 'It stays on record as if it had never been due.',
    kind: 'danger',
    look: 'danger',
  });

const give_up = (invoice) => simple(invoice, 'Mark uncollectible', {verb: 'mark_uncollectible'});

function credit_note(invoice) {
  let way = 'credit_amount';
  const rest = invoice.status === 'paid' ? invoice.amount_paid : invoice.amount_remaining;
  return action_button('Credit note', {
    title: 'Issue a credit note',
    submit: 'Issue',
    testid: 'invoice-credit-note',
    fields: () => [
      text_field('Amount', 'amount', {
        inputmode: 'decimal',
        value: from_minor(rest, invoice.currency),
        testid: 'credit-note-amount',
      }),
      invoice.status === 'paid' &&
        choice(
          'The customer gets it',
          'way',
          [
            ['credit_amount', 'On their balance'],
            ['refund_amount', 'Back to the card'],
            ['out_of_band_amount', 'Outside of Stripe'],
          ],
          {value: way, on_change: (picked) => (way = picked)},
        ),
    ],
    steps: () => {
      const amount = to_minor(read('amount') ?? '', invoice.currency);
      const params = {invoice: invoice.id, amount};
      if (invoice.status === 'paid') params[way] = amount;
      return [{path: '/v1/credit_notes', params}];
    },
    done: () => {},
  });
}

export function invoice_actions(invoice, cards) {
  const sends = invoice.collection_method === 'send_invoice';
  switch (invoice.status) {
    case 'draft':
      return [
        sends && send(invoice),
        finalize(invoice),
        add_item(invoice),
        edit_memo(invoice),
        delete_draft(invoice),
      ];
    case 'open':
      return [
        pay(invoice, cards),
        sends && send(invoice),
        credit_note(invoice),
        give_up(invoice),
        void_invoice(invoice),
      ];
    case 'uncollectible':
      return [pay(invoice, cards), void_invoice(invoice)];
    case 'paid':
      return [invoice.amount_paid > 0 && credit_note(invoice)];
    default:
      return [];
  }
}
