// One credit grant: what is left, and the ledger of what was drawn.
import {get, list_all} from '../core/api.js';
import {h, link} from '../core/dom.js';
import {money} from '../core/money.js';
import {name_of} from '../core/prices.js';
import {action_button} from '../ui/dialog.js';
import {
  badge,
  code,
  facts,
  folded,
  id_chip,
  json_block,
  metadata_rows,
  moment,
  page,
  section,
} from '../ui/parts.js';
import {table} from '../ui/table.js';
import {grant_status} from './customer_credits.js';

function end_button(grant, verb, title, text) {
  return action_button(
    title,
    {
      testid: `${verb}-grant`,
      kind: 'danger',
      text,
      steps: () => [{path: `/v1/billing/credit_grants/${grant.id}/${verb}`}],
      done: () => {},
    },
    {kind: 'danger'},
  );
}

function scope_text(grant) {
  const {scope} = grant.applicability_config;
  if (!scope.prices) return 'All metered prices';
  return h(
    'span',
    {},
    scope.prices.map((price) => [code(price.id), ' ']),
  );
}

function movement(row) {
  const [entry, sign] = row.debit ? [row.debit, -1] : [row.credit, 1];
  const {value, currency} = entry.amount.monetary;
  return money(sign * value, currency);
}

function reason(row) {
  if (row.debit?.type === 'credits_applied') {
    const {invoice} = row.debit.credits_applied;
    return h('span', {}, 'Applied to ', link(`/invoices/${invoice}`, code(invoice)));
  }
  return (row.debit ?? row.credit).type.replaceAll('_', ' ');
}

function ledger(transactions) {
  return section(
    {title: 'Ledger', testid: 'ledger'},
    table({
      caption: 'Ledger',
      rows: transactions,
      none: 'Nothing has moved yet.',
      columns: [
        {label: 'What', of: reason},
        {label: 'Effective', of: (row) => moment(row.effective_at)},
        {label: 'Amount', end: true, of: movement},
      ],
    }),
  );
}

export async function render({params}) {
  const grant = await get(`/v1/billing/credit_grants/${params.id}`);
  const [customer, transactions, summary] = await Promise.all([
    get(`/v1/customers/${grant.customer}`),
    list_all('/v1/billing/credit_balance_transactions', {
      customer: grant.customer,
      credit_grant: grant.id,
    }),
    get('/v1/billing/credit_balance_summary', {
      customer: grant.customer,
      filter: {type: 'credit_grant', credit_grant: grant.id},
    }),
  ]);
  const status = grant_status(grant);
  const {value, currency} = grant.amount.monetary;
  const left = summary.balances[0]?.available_balance.monetary;
  const usable = status === 'granted' || status === 'pending';
  return page(
    {
      title: grant.name ?? 'Credit grant',
      testid: 'credit-grant',
      trail: [
        ['Customers', '/customers'],
        [name_of(customer), `/customers/${grant.customer}`],
      ],
      status: badge(status),
      actions: usable && [
        end_button(grant, 'expire', 'Expire', 'What is left can no longer be used.'),
        end_button(grant, 'void', 'Void', 'Only a grant that was not drawn on can be voided.'),
      ],
    },
    section(
      {title: 'Details'},
      facts([
        ['Id', id_chip(grant.id)],
        ['Amount', money(value, currency)],
        ['Available', h('strong', {testid: 'available'}, money(left?.value ?? 0, currency))],
        ['Category', grant.category],
        ['Applies to', scope_text(grant)],
        ['Priority', grant.priority],
        ['Effective', moment(grant.effective_at)],
        ['Expires', grant.expires_at ? moment(grant.expires_at) : 'Never'],
        ['Voided', grant.voided_at && moment(grant.voided_at)],
        ...metadata_rows(grant.metadata),
      ]),
      folded('The object', `json-${grant.id}`, json_block(grant)),
    ),
    ledger(transactions),
  );
}
