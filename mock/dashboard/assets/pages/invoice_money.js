// What paid an invoice or failed to: credits applied, payments tried.
import {get, list_all} from '../core/api.js';
import {money} from '../core/money.js';
import {brand_name} from '../core/test_cards.js';
import {action_button} from '../ui/dialog.js';
import {choice} from '../ui/form.js';
import {badge, code, moment, section} from '../ui/parts.js';
import {table} from '../ui/table.js';

// Credits by grant, summed over the lines of the explanation.
function credits_of(explanation) {
  const by_grant = new Map();
  for (const credit of (explanation?.lines ?? []).flatMap((line) => line.credits)) {
    const row = by_grant.get(credit.grant) ?? {...credit, id: credit.grant, amount: 0};
    row.amount += credit.amount;
    by_grant.set(credit.grant, row);
  }
  return [...by_grant.values()];
}

export function credit_section(invoice, explanation) {
  const rows = credits_of(explanation);
  if (rows.length === 0) return null;
  return section(
    {title: 'Credits applied', testid: 'credits-applied'},
    table({
      caption: 'Credits applied',
      rows,
      href: (row) => `/credit-grants/${row.grant}`,
      columns: [
        {label: 'Credit grant', of: (row) => row.name ?? row.grant},
        {label: 'Applied', end: true, of: (row) => money(row.amount, invoice.currency)},
      ],
    }),
  );
}

function charge_row(charge) {
  const card = charge.payment_method_details?.card;
  return {
    id: charge.id,
    what: card ? `${brand_name(card.brand)}\u00a0••••\u00a0${card.last4}` : charge.id,
    status: charge.status,
    why: charge.failure_message,
    at: charge.created,
    amount: charge.amount,
  };
}

// What the bank's page would ask of the customer.
function authenticate_button(intent) {
  let outcome = 'succeeded';
  return action_button(
    'Authenticate',
    {
      title: '3D Secure',
      submit: 'Go on',
      testid: 'authenticate',
      fields: () => {
        outcome = 'succeeded';
        const outcomes = [
          ['succeeded', 'The customer authenticates'],
          ['failed', 'They fail to'],
        ];
        return choice('Outcome', 'outcome', outcomes, {
          value: outcome,
          on_change: (picked) => (outcome = picked),
        });
      },
      steps: () => [{path: `/_okapi/3ds/${intent}`, params: {outcome}}],
      done: () => {},
    },
    {kind: 'small'},
  );
}

async function tried(payment) {
  const {payment: paid_by} = payment;
  if (!paid_by.payment_intent) {
    return [
      {
        id: payment.id,
        what: 'Outside of Stripe',
        status: payment.status,
        at: payment.created,
        amount: payment.amount_paid ?? payment.amount_requested,
      },
    ];
  }
  const id = paid_by.payment_intent;
  const [intent, charges] = await Promise.all([
    get(`/v1/payment_intents/${id}`),
    list_all('/v1/charges', {payment_intent: id}),
  ]);
  const rows = charges.map(charge_row);
  const waits = intent.status === 'requires_action';
  if (rows.length && !waits) return rows;
  const row = {
    id,
    what: code(id),
    status: intent.status,
    why: waits && authenticate_button(id),
    at: intent.created,
    amount: intent.amount,
  };
  return [row, ...rows];
}

export async function payment_section(invoice) {
  const rows = (await Promise.all((invoice.payments?.data ?? []).map(tried))).flat();
  return section(
    {title: 'Payments', testid: 'payments'},
    table({
      caption: 'Payments tried',
      rows,
      none: 'No payment was tried.',
      columns: [
        {label: 'With', of: (row) => row.what},
        {label: 'Status', of: (row) => badge(row.status, undefined, 'payment-status')},
        {label: 'Reason', of: (row) => row.why ?? ''},
        {label: 'When', wide: true, of: (row) => moment(row.at)},
        {label: 'Amount', end: true, of: (row) => money(row.amount, invoice.currency)},
      ],
    }),
  );
}
