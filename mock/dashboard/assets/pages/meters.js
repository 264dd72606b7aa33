// What usage is counted by.
import {go} from '../core/router.js';
import {list_all} from '../core/api.js';
import {badge, button, code, moment, page, section} from '../ui/parts.js';
import {open_meter_dialog} from '../ui/meter_form.js';
import {filters, list_page, pager, table} from '../ui/table.js';
import {reports_section} from './meter_reports.js';
import {add_usage_button} from './meter_usage.js';
import {customer_options} from '../core/prices.js';

export async function render({query}) {
  const [list, customers, active] = await Promise.all([
    list_page('/v1/billing/meters', {status: query.status}, query),
    customer_options(),
    list_all('/v1/billing/meters', {status: 'active'}),
  ]);
  return page(
    {
      title: 'Meters',
      testid: 'meters',
      actions: [
        active.length > 0 && customers.length > 0 && add_usage_button({meters: active, customers}),
        button('Create meter', {
          kind: 'primary',
          testid: 'open-create-meter',
          action: () => open_meter_dialog({done: (meter) => go(`/meters/${meter.id}`)}),
        }),
      ],
    },
    section(
      {title: 'All meters'},
      filters(
        [
          {
            name: 'status',
            label: 'Status',
            options: [
              ['', 'All'],
              ['active', 'Active'],
              ['inactive', 'Inactive'],
            ],
          },
        ],
        query,
      ),
      table({
        caption: 'Meters',
        testid: 'meter-table',
        rows: list.data,
        href: (row) => `/meters/${row.id}`,
        none: 'No meters yet.',
        columns: [
          {label: 'Name', of: (row) => row.display_name},
          {label: 'Event name', of: (row) => code(row.event_name)},
          {label: 'Counts', wide: true, of: (row) => row.default_aggregation.formula},
          {label: 'Status', of: (row) => badge(row.status)},
          {label: 'Created', end: true, wide: true, of: (row) => moment(row.created)},
        ],
      }),
      pager(list, query),
    ),
    await reports_section(),
  );
}
