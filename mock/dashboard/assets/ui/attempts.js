// Attempts to deliver an event to a webhook endpoint, as rows.
import {get} from '../core/api.js';
import {h, link} from '../core/dom.js';
import {badge, moment} from './parts.js';

const tones = {delivered: 'good', retrying: 'busy'};

export const attempt_columns = [
  {label: 'Event', of: (row) => link(`/events/${row.event}`, row.type)},
  {label: 'To', wide: true, of: (row) => h('span', {class: 'path'}, row.url)},
  {
    label: 'Outcome',
    of: (row) => badge(row.outcome, tones[row.outcome] ?? 'bad', 'outcome'),
  },
  {label: 'Answer', room: true, of: (row) => row.status ?? row.error ?? '—'},
  {label: 'Attempt', wide: true, end: true, of: (row) => row.attempt},
  {label: 'When', end: true, of: (row) => moment(row.at)},
];

// Attempts come in by themselves: a cursor for core/live.js.
export async function newest_attempt() {
  const {attempts, pending} = await get('/_okapi/webhooks', {limit: 1});
  return `${attempts[0]?.id} ${pending}`;
}
