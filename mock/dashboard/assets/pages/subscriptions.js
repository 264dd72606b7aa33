// Who pays regularly.
import {h} from '../core/dom.js';
import {price_text} from '../core/prices.js';
import {badge, button_link, link_to, moment, page, section} from '../ui/parts.js';
import {filters, list_page, pager, table} from '../ui/table.js';

export function items_text(subscription) {
  return subscription.items.data
    .map((item) => {
      const quantity = item.quantity > 1 ? `${item.quantity} × ` : '';
      const usage = item.price.recurring?.usage_type === 'metered' ? ' (usage)' : '';
      return `${quantity}${item.price.nickname ?? price_text(item.price)}${usage}`;
    })
    .join(' + ');
}

export function status_badges(subscription) {
  return h(
    'span',
    {},
    badge(subscription.status),
    ' ',
    subscription.pause_collection && badge('collection paused', 'busy', 'paused'),
    ' ',
    subscription.cancel_at &&
      subscription.status !== 'canceled' &&
      badge('cancels', 'busy', 'cancels'),
  );
}

const period_end = (subscription) =>
  Math.min(...subscription.items.data.map((item) => item.current_period_end));

export const subscription_columns = [
  {label: 'Prices', of: items_text},
  {
    label: 'Customer',
    of: (row) =>
      row.customer.id
        ? row.customer.name || row.customer.email || row.customer.id
        : link_to(`/customers/${row.customer}`, row.customer),
  },
  {label: 'Status', of: status_badges},
  {label: 'Period ends', wide: true, end: true, of: (row) => moment(period_end(row))},
];

const statuses = 'active trialing past_due unpaid paused incomplete canceled'.split(' ');

export async function render({query}) {
  const list = await list_page(
    '/v1/subscriptions',
    {status: query.status ?? 'all', expand: ['data.customer']},
    query,
  );
  return page(
    {
      title: 'Subscriptions',
      testid: 'subscriptions',
      actions: button_link('/subscriptions/new', 'Create subscription', {
        kind: 'primary',
        testid: 'create-subscription',
      }),
    },
    section(
      {title: 'All subscriptions'},
      filters(
        [
          {
            name: 'status',
            label: 'Status',
            options: [['', 'All'], ...statuses.map((word) => [word, word.replaceAll('_', ' ')])],
          },
        ],
        query,
      ),
      table({
        caption: 'Subscriptions',
        testid: 'subscription-table',
        rows: list.data,
        href: (row) => `/subscriptions/${row.id}`,
        none: 'No subscriptions yet.',
        columns: subscription_columns,
      }),
      pager(list, query),
    ),
  );
}
