// One meter: what was used, when and by whom.
import {get, list_all} from '../core/api.js';
import {h} from '../core/dom.js';
import {Decimal, grouped} from '../core/decimal.js';
import {now} from '../core/live.js';
import {name_of} from '../core/prices.js';
import {buckets_of, values_in} from '../core/usage.js';
import {bar_chart} from '../ui/chart.js';
import {action_button} from '../ui/dialog.js';
import {text_field, value_of} from '../ui/form.js';
import {
  badge,
  code,
  empty,
  facts,
  folded,
  id_chip,
  json_block,
  moment,
  page,
  section,
} from '../ui/parts.js';
import {filters, table} from '../ui/table.js';
import {reports_section} from './meter_reports.js';
import {add_usage_button} from './meter_usage.js';

const most_customers = 30;
const shown_customers = 5;

const zero = Decimal.parse('0');
const sum_of = (values) => values.reduce((sum, value) => sum.plus(value), zero);

function status_button(meter) {
  const active = meter.status === 'active';
  return action_button(active ? 'Deactivate' : 'Reactivate', {
    testid: active ? 'deactivate-meter' : 'reactivate-meter',
    text: active ? 'Events under its name are then rejected.' : undefined,
    steps: () => [{path: `/v1/billing/meters/${meter.id}/${active ? 'deactivate' : 'reactivate'}`}],
    done: () => {},
  });
}

function rename_button(meter) {
  return action_button('Rename', {
    testid: 'rename-meter',
    fields: () => text_field('Meter name', 'display_name', {value: meter.display_name}),
    steps: () => [
      {
        path: `/v1/billing/meters/${meter.id}`,
        params: {display_name: value_of(document.querySelector('dialog'), 'display_name')},
      },
    ],
    done: () => {},
  });
}

// The five who used most get a colour of their own; the rest share one.
function series_of(used) {
  const sorted = [...used].sort((a, b) => b.total.compare(a.total));
  const top = sorted.slice(0, shown_customers);
  const rest = sorted.slice(shown_customers);
  if (rest.length === 0) return top;
  const values = rest[0].values.map((_, index) => sum_of(rest.map((row) => row.values[index])));
  return [...top, {name: 'Others', values, total: sum_of(values)}];
}

function chart_of(meter, used, buckets, grouping) {
  const series = series_of(used);
  return bar_chart({
    title: `Usage by ${grouping}`,
    testid: 'usage-chart',
    series: series.map((row) => row.name),
    shown: (value) => grouped(Math.round(value * 100) / 100),
    bars: buckets.map((bucket, index) => ({
      label: bucket.label,
      values: series.map((row) => Number(row.values[index].toString())),
      shown: grouped(sum_of(series.map((row) => row.values[index]))),
    })),
  });
}

async function usage(meter, customers, query) {
  const grouping = ['hour', 'day', 'month'].includes(query.by) ? query.by : 'day';
  const buckets = buckets_of(grouping, now());
  const wanted = customers
    .filter((row) => !query.customer || row.id === query.customer)
    .slice(0, most_customers);
  const used = (
    await Promise.all(
      wanted.map(async (row) => {
        const values = await values_in(meter.id, row.id, buckets, grouping);
        return {id: row.id, name: name_of(row), values, total: sum_of(values)};
      }),
    )
  ).filter((row) => !row.total.is_zero);
  return section(
    {title: 'Usage', testid: 'usage'},
    filters(
      [
        {
          name: 'by',
          label: 'By',
          options: [
            ['', 'Day'],
            ['hour', 'Hour'],
            ['month', 'Month'],
          ],
        },
        {
          name: 'customer',
          label: 'Customer',
          options: [['', 'All'], ...customers.map((row) => [row.id, name_of(row)])],
        },
      ],
      query,
    ),
    used.length ? chart_of(meter, used, buckets, grouping) : empty('No usage in this time.'),
    used.length > 0 &&
      table({
        caption: 'Usage by customer',
        testid: 'usage-by-customer',
        rows: used,
        href: (row) => `/customers/${row.id}`,
        columns: [
          {label: 'Customer', of: (row) => row.name},
          {label: 'Used', end: true, of: (row) => grouped(row.total)},
        ],
      }),
    customers.length > most_customers &&
      h('p', {class: 'note'}, `The newest ${most_customers} customers are counted here.`),
  );
}

export async function render({params, query}) {
  const [meter, customers] = await Promise.all([
    get(`/v1/billing/meters/${params.id}`),
    list_all('/v1/customers'),
  ]);
  return page(
    {
      title: meter.display_name,
      testid: 'meter',
      trail: [['Meters', '/meters']],
      status: badge(meter.status),
      actions: [
        customers.length > 0 &&
          add_usage_button({
            meters: [meter],
            customers: customers.map((row) => [row.id, name_of(row)]),
            chosen: query.customer,
          }),
        rename_button(meter),
        status_button(meter),
      ],
    },
    await usage(meter, customers, query),
    h(
      'div',
      {class: 'columns uneven'},
      await reports_section(meter),
      section(
        {title: 'Details'},
        facts([
          ['Id', id_chip(meter.id)],
          ['Event name', code(meter.event_name)],
          ['Counts', meter.default_aggregation.formula],
          ['Time window', meter.event_time_window ?? 'none'],
          ['Customer in', code(`payload[${meter.customer_mapping.event_payload_key}]`)],
          ['Value in', code(`payload[${meter.value_settings.event_payload_key}]`)],
          ['Created', moment(meter.created)],
        ]),
        folded('The object', `json-${meter.id}`, json_block(meter)),
      ),
    ),
  );
}
