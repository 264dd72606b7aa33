// What a customer used of each meter this month, and usage added by hand.
import {list_all} from '../core/api.js';
import {grouped} from '../core/decimal.js';
import {now} from '../core/live.js';
import {month_start, month_text} from '../core/time.js';
import {used} from '../core/usage.js';
import {button_link, section} from '../ui/parts.js';
import {table} from '../ui/table.js';
import {add_usage_button} from './meter_usage.js';

export async function usage_section(customer) {
  const meters = await list_all('/v1/billing/meters', {status: 'active'});
  const start = month_start(now());
  const values = await Promise.all(
    meters.slice(0, 20).map((meter) => used(meter.id, customer.id, start, now() + 60)),
  );
  const rows = meters
    .slice(0, 20)
    .map((meter, index) => ({...meter, used: values[index]}))
    .filter((row) => !row.used.is_zero);
  return section(
    {
      title: `Usage in ${month_text(now())}`,
      testid: 'usage',
      actions: meters.length
        ? add_usage_button({
            meters,
            customers: [[customer.id, customer.name ?? customer.id]],
            kind: 'small',
          })
        : button_link('/meters', 'Create a meter', {kind: 'small'}),
    },
    table({
      caption: 'Usage this month',
      rows,
      href: (row) => `/meters/${row.id}?customer=${customer.id}`,
      none: 'No usage this month.',
      columns: [
        {label: 'Meter', of: (row) => row.display_name},
        {label: 'Event name', wide: true, of: (row) => row.event_name},
        {label: 'Used', end: true, of: (row) => grouped(row.used)},
      ],
    }),
  );
}
