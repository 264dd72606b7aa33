// Meter events as they were reported, accepted or rejected with the reason: the request log knows.
import {get} from '../core/api.js';
import {h, link} from '../core/dom.js';
import {pairs_of_body} from '../core/bodies.js';
import {badge, code, moment, section} from '../ui/parts.js';
import {table} from '../ui/table.js';

const value_in = (pairs, name) => pairs.find(([key]) => key === name)?.[1];

function reported(request) {
  const pairs = pairs_of_body(request.body);
  const value = value_in(pairs, 'payload[value]');
  return h('span', {}, code(value_in(pairs, 'event_name') ?? '—'), value && ` ${value}`);
}

export async function reports_section(meter) {
  const [first, second] = await Promise.all([
    get('/_okapi/requests', {path: '/v1/billing/meter_events', method: 'POST', limit: 50}),
    get('/_okapi/requests', {path: '/v2/billing/meter_event*', method: 'POST', limit: 50}),
  ]);
  const rows = [...first.data, ...second.data]
    .filter((row) => !meter || row.body.includes(meter.event_name))
    .sort((a, b) => b.created - a.created)
    .slice(0, 20);
  return section(
    {title: 'Usage as it was reported', testid: 'reports'},
    table({
      caption: 'Reported usage',
      stacked: true,
      rows,
      href: (row) => `/logs/${row.id}`,
      none: 'No usage has been reported.',
      columns: [
        {label: 'Event', of: reported},
        {
          label: 'Taken',
          of: (row) =>
            row.status < 300
              ? badge('accepted', 'good')
              : h('span', {}, badge('rejected', 'bad'), ' ', row.error?.message),
        },
        {label: 'When (wall clock)', end: true, wide: true, of: (row) => moment(row.created)},
      ],
    }),
    h('p', {class: 'note'}, link('/logs?path=/v1/billing/meter_events', 'All in the logs')),
  );
}
