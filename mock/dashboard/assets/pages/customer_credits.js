// Credit grants of a customer and what is left of them.
import {Sums, money} from '../core/money.js';
import {get} from '../core/api.js';
import {now} from '../core/live.js';
import {badge, button_link, moment, section} from '../ui/parts.js';
import {table} from '../ui/table.js';

export function grant_status(grant) {
  if (grant.voided_at) return 'voided';
  if (grant.expires_at && grant.expires_at <= now()) return 'expired';
  if (grant.effective_at && grant.effective_at > now()) return 'pending';
  return 'granted';
}

// What is left of a grant, as text.
async function available(grant) {
  const summary = await get('/v1/billing/credit_balance_summary', {
    customer: grant.customer,
    filter: {type: 'credit_grant', credit_grant: grant.id},
  });
  const sums = new Sums();
  for (const {available_balance: balance} of summary.balances) {
    if (balance.monetary) sums.add(balance.monetary.currency, balance.monetary.value);
  }
  return sums.toString();
}

export async function credit_section(customer, grants) {
  const left = await Promise.all(grants.map(available));
  const plus = button_link(`/customers/${customer.id}/credit-grants/new`, '+', {
    kind: 'plus',
    testid: 'new-credit-grant',
  });
  plus.setAttribute('aria-label', 'New credit grant');
  return section(
    {title: 'Credit grants', testid: 'credit-grants', actions: plus},
    table({
      caption: 'Credit grants',
      rows: grants.map((grant, index) => ({...grant, left: left[index]})),
      href: (row) => `/credit-grants/${row.id}`,
      none: 'No credit grants.',
      columns: [
        {label: 'Name', of: (row) => row.name ?? row.id},
        {label: 'Status', of: (row) => badge(grant_status(row))},
        {
          label: 'Expires',
          wide: true,
          of: (row) => (row.expires_at ? moment(row.expires_at) : 'Never'),
        },
        {
          label: 'Amount',
          end: true,
          of: (row) => money(row.amount.monetary.value, row.amount.monetary.currency),
        },
        {label: 'Available', end: true, of: (row) => row.left},
      ],
    }),
  );
}
