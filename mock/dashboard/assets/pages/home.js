// What is going on: revenue by month, usage, what happened last, what comes next.
import {get, list_all} from '../core/api.js';
import {h, link} from '../core/dom.js';
import {due_text} from '../core/due_words.js';
import {current_clock, now} from '../core/live.js';
import {money, Sums} from '../core/money.js';
import {grouped} from '../core/decimal.js';
import {add_months, distance, month_start, month_text} from '../core/time.js';
import {used} from '../core/usage.js';
import {bar_chart} from '../ui/chart.js';
import {event_table} from '../ui/events.js';
import {button_link, empty, facts, moment, page, section} from '../ui/parts.js';
import {table} from '../ui/table.js';

const most_customers = 30;

function months_until(now_at) {
  const first = add_months(month_start(now_at), -11);
  return Array.from({length: 12}, (_, index) => add_months(first, index));
}

// Paid amounts by currency and month: Map of currency to BigInts.
function revenue(invoices, months) {
  const by_currency = new Map();
  for (const invoice of invoices) {
    const at = month_start(invoice.status_transitions.paid_at ?? invoice.created);
    const index = months.indexOf(at);
    if (index < 0 || invoice.amount_paid === 0) continue;
    const sums = by_currency.get(invoice.currency) ?? months.map(() => 0n);
    sums[index] += BigInt(invoice.amount_paid);
    by_currency.set(invoice.currency, sums);
  }
  return by_currency;
}

function revenue_section(invoices) {
  const months = months_until(now());
  const charts = [...revenue(invoices, months)].map(([currency, sums]) =>
    bar_chart({
      title: `Revenue by month, ${currency.toUpperCase()}`,
      testid: `revenue-${currency}`,
      shown: (value) => money(Math.round(value), currency).replace(/\.00$/, ''),
      bars: months.map((month, index) => ({
        label: month_text(month).slice(0, 3),
        values: [Number(sums[index])],
        shown: money(sums[index], currency),
      })),
    }),
  );
  return section(
    {title: 'Revenue by month', testid: 'revenue'},
    charts.length ? charts : empty('Nothing has been paid yet.', link('/invoices/new', 'Create an invoice')),
  );
}

function figure(label, value, testid) {
  return h('div', {class: 'figure'}, h('small', {}, label), h('strong', {testid}, value));
}

async function usage_rows(meters, customers) {
  const start = month_start(now());
  return Promise.all(
    meters.slice(0, 5).map(async (meter) => {
      const values = await Promise.all(
        customers.slice(0, most_customers).map((row) => used(meter.id, row.id, start, now() + 60)),
      );
      return {meter, total: values.reduce((sum, value) => sum.plus(value))};
    }),
  );
}

async function usage_section(meters, customers) {
  const rows = customers.length ? await usage_rows(meters, customers) : [];
  return section(
    {title: 'Usage this month', testid: 'usage'},
    table({
      caption: 'Usage this month',
      rows: rows.map((row) => ({...row, id: row.meter.id})),
      href: ({meter}) => `/meters/${meter.id}`,
      none: 'No meter has counted anything yet.',
      columns: [
        {label: 'Meter', of: ({meter}) => meter.display_name},
        {label: 'Used', end: true, of: ({total}) => grouped(total)},
      ],
    }),
  );
}

function clock_section() {
  const clock = current_clock();
  if (!clock) return null;
  const due = clock.next_due;
  return section(
    {title: 'Clock'},
    facts([
      ['Now', moment(clock.now)],
      ['Runs', clock.frozen ? 'stands still until it is moved' : 'with the wall clock'],
      [
        'Next',
        due
          ? h('span', {title: due.id}, `${due_text(due)}, ${distance(due.at, clock.now)}`)
          : 'nothing is waiting',
      ],
    ]),
  );
}

// Lists are read up to a thousand rows.
const counted = (rows) => (rows.length < 1000 ? String(rows.length) : '1,000+');

const running = new Set(['active', 'trialing', 'past_due', 'unpaid']);

export async function render() {
  const [paid, open, subscriptions, customers, meters, events] = await Promise.all([
    list_all('/v1/invoices', {status: 'paid'}),
    list_all('/v1/invoices', {status: 'open'}),
    list_all('/v1/subscriptions', {}),
    list_all('/v1/customers'),
    list_all('/v1/billing/meters', {status: 'active'}),
    get('/_okapi/events', {limit: 8}),
  ]);
  const this_month = new Sums();
  const outstanding = new Sums();
  for (const invoice of paid) {
    if ((invoice.status_transitions.paid_at ?? 0) < month_start(now())) continue;
    this_month.add(invoice.currency, invoice.amount_paid);
  }
  for (const invoice of open) outstanding.add(invoice.currency, invoice.amount_remaining);
  return page(
    {title: 'Home', testid: 'home'},
    h(
      'div',
      {class: 'figures'},
      figure(`Paid in ${month_text(now())}`, this_month.toString(), 'paid-this-month'),
      figure('Outstanding', outstanding.toString(), 'outstanding'),
      figure(
        'Subscriptions running',
        counted(subscriptions.filter((row) => running.has(row.status))),
      ),
      figure('Customers', counted(customers)),
    ),
    customers.length === 0 &&
      section(
        {title: 'An empty account'},
        h('p', {}, 'Start with a product and its prices, then a customer who subscribes to it.'),
        h(
          'div',
          {class: 'actions'},
          button_link('/products/new', 'Create product', {kind: 'primary'}),
          link('/customers', 'Customers'),
        ),
      ),
    revenue_section(paid),
    h('div', {class: 'columns'}, await usage_section(meters, customers), clock_section()),
    section(
      {title: 'Recent events', actions: link('/events', 'All events')},
      event_table(events.data),
    ),
  );
}
