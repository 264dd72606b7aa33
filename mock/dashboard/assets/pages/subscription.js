// One subscription: its state, what was used so far, what the next invoice will be, what happens
// when.
import {get, list_all} from '../core/api.js';
import {h, link} from '../core/dom.js';
import {grouped} from '../core/decimal.js';
import {now} from '../core/live.js';
import {name_of, price_text} from '../core/prices.js';
import {distance, period_text} from '../core/time.js';
import {used} from '../core/usage.js';
import {
  code,
  facts,
  folded,
  id_chip,
  json_block,
  link_to,
  metadata_rows,
  moment,
  page,
  section,
} from '../ui/parts.js';
import {preview_section} from '../ui/preview.js';
import {table} from '../ui/table.js';
import {invoice_columns} from './invoices.js';
import {subscription_actions} from './subscription_actions.js';
import {status_badges} from './subscriptions.js';

const is_over = (subscription) =>
  subscription.status === 'canceled' || subscription.status === 'incomplete_expired';

function items_section(subscription) {
  return section(
    {title: 'Prices', testid: 'items'},
    table({
      caption: 'Prices of the subscription',
      rows: subscription.items.data,
      href: (item) => `/products/${item.price.product}`,
      columns: [
        {label: 'Price', of: (item) => item.price.nickname ?? price_text(item.price)},
        {label: 'Bills', of: (item) => price_text(item.price)},
        {label: 'Quantity', of: (item) => item.quantity ?? 'by usage'},
        {
          label: 'Current period',
          wide: true,
          of: (item) =>
            period_text({start: item.current_period_start, end: item.current_period_end}),
        },
      ],
    }),
  );
}

async function usage_section(subscription, customer) {
  const metered = subscription.items.data.filter((item) => item.price.recurring?.meter);
  if (metered.length === 0) return null;
  const rows = await Promise.all(
    metered.map(async (item) => {
      const {meter} = item.price.recurring;
      const until = Math.min(
        item.current_period_end,
        Math.max(now() + 60, item.current_period_start + 60),
      );
      const [found, value] = await Promise.all([
        get(`/v1/billing/meters/${meter}`),
        used(meter, customer.id, item.current_period_start, until),
      ]);
      return {id: item.id, meter: found, value, item};
    }),
  );
  return section(
    {title: 'Usage so far', testid: 'usage-so-far'},
    table({
      caption: 'Usage in this period',
      rows,
      href: (row) => `/meters/${row.meter.id}?customer=${customer.id}`,
      columns: [
        {label: 'Meter', of: (row) => row.meter.display_name},
        {label: 'Event name', wide: true, of: (row) => code(row.meter.event_name)},
        {
          label: 'Used in this period',
          end: true,
          of: (row) => h('span', {testid: `used-${row.meter.event_name}`}, grouped(row.value)),
        },
      ],
    }),
  );
}

// What comes next by itself: [[when, what]], soonest first.
function ahead(subscription, invoices) {
  if (is_over(subscription)) return [];
  const ends = Math.min(...subscription.items.data.map((item) => item.current_period_end));
  const cancels = subscription.cancel_at;
  const rows = [
    subscription.status === 'trialing' && [subscription.trial_end, 'The trial ends'],
    cancels && [cancels, 'It is canceled'],
    (!cancels || ends < cancels) && [ends, 'It renews: the next period is invoiced'],
    subscription.pause_collection?.resumes_at && [
      subscription.pause_collection.resumes_at,
      'Collection goes on',
    ],
    ...invoices.map(
      (invoice) =>
        invoice.automatically_finalizes_at && [
          invoice.automatically_finalizes_at,
          `Draft invoice ${invoice.number ?? invoice.id} is finalized`,
        ],
    ),
    ...invoices.map(
      (invoice) =>
        invoice.next_payment_attempt && [
          invoice.next_payment_attempt,
          `Invoice ${invoice.number} is tried again`,
        ],
    ),
  ];
  return rows.filter(Boolean).sort(([a], [b]) => a - b);
}

function timeline_section(subscription, invoices, events) {
  return section(
    {title: 'What happens next', testid: 'what-next'},
    h(
      'ol',
      {class: 'timeline'},
      ahead(subscription, invoices).map(([at, what]) =>
        h('li', {class: 'ahead'}, moment(at), `${what}, ${distance(at, now())}`),
      ),
      events.map((event) =>
        h('li', {}, moment(event.created), link(`/events/${event.id}`, event.type)),
      ),
    ),
  );
}

function details_section(subscription, customer) {
  return section(
    {title: 'Details', testid: 'details'},
    facts([
      ['Id', id_chip(subscription.id)],
      ['Customer', link(`/customers/${customer.id}`, name_of(customer))],
      ['Started', moment(subscription.start_date)],
      ['Anchor', moment(subscription.billing_cycle_anchor)],
      ['Trial ends', subscription.trial_end && moment(subscription.trial_end)],
      ['Cancels', subscription.cancel_at && moment(subscription.cancel_at)],
      ['Ended', subscription.ended_at && moment(subscription.ended_at)],
      ['Collection', subscription.collection_method.replaceAll('_', ' ')],
      ['Billing mode', subscription.billing_mode?.type],
      ['Schedule', subscription.schedule && code(subscription.schedule)],
      [
        'Latest invoice',
        subscription.latest_invoice &&
          link_to(`/invoices/${subscription.latest_invoice}`, subscription.latest_invoice),
      ],
      ['Test clock', subscription.test_clock],
      ...metadata_rows(subscription.metadata),
    ]),
    folded('The object', `json-${subscription.id}`, json_block(subscription)),
  );
}

async function upcoming_section(subscription) {
  if (is_over(subscription)) return null;
  const upcoming = preview_section({
    title: 'Upcoming invoice',
    testid: 'upcoming-invoice',
    params: () => ({subscription: subscription.id}),
  });
  await upcoming.draw();
  return upcoming.element;
}

export async function render({params}) {
  const subscription = await get(`/v1/subscriptions/${params.id}`);
  const [customer, invoices, events] = await Promise.all([
    get(`/v1/customers/${subscription.customer}`),
    list_all('/v1/invoices', {subscription: subscription.id}, 100),
    get('/_okapi/events', {object: subscription.id, limit: 30}),
  ]);
  return page(
    {
      title: `Subscription of ${name_of(customer)}`,
      testid: 'subscription',
      trail: [['Subscriptions', '/subscriptions']],
      status: status_badges(subscription),
      note: subscription.description,
      actions: is_over(subscription) ? null : subscription_actions(subscription),
    },
    h(
      'div',
      {class: 'columns uneven'},
      h(
        'div',
        {class: 'stack'},
        items_section(subscription),
        await usage_section(subscription, customer),
        await upcoming_section(subscription),
        section(
          {title: 'Invoices', testid: 'subscription-invoices'},
          table({
            caption: 'Invoices of the subscription',
            rows: invoices,
            href: (row) => `/invoices/${row.id}`,
            none: 'No invoices yet.',
            columns: invoice_columns.filter((column) => column.label !== 'Customer'),
          }),
        ),
      ),
      h(
        'div',
        {class: 'stack'},
        details_section(subscription, customer),
        timeline_section(subscription, invoices, events.data),
      ),
    ),
  );
}
