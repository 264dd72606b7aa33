// Endpoints that are told of events, and how telling them went.
import {get, list_all} from '../core/api.js';
import {h} from '../core/dom.js';
import {go} from '../core/router.js';
import {action_button} from '../ui/dialog.js';
import {attempt_columns, newest_attempt} from '../ui/attempts.js';
import {field, text_field, value_of} from '../ui/form.js';
import {badge, moment, page, section} from '../ui/parts.js';
import {table} from '../ui/table.js';

const read = (name) => value_of(document.querySelector('dialog'), name);

export function event_list(text) {
  const names = (text ?? '').split(/[\s,]+/).filter(Boolean);
  return names.length ? names : ['*'];
}

export function events_field(value) {
  const area = h('textarea', {name: 'enabled_events', testid: 'enabled-events'});
  area.value = value;
  return field('Events', area, {hint: 'One a line, such as invoice.paid; * is all of them.'});
}

function add_button() {
  return action_button(
    'Add endpoint',
    {
      testid: 'add-endpoint',
      fields: () => [
        text_field('URL', 'url', {type: 'url', value: 'http://127.0.0.1:', testid: 'url'}),
        text_field('Description', 'description'),
        events_field('*'),
      ],
      steps: () => [
        {
          path: '/v1/webhook_endpoints',
          params: {
            url: read('url'),
            description: read('description'),
            enabled_events: event_list(read('enabled_events')),
          },
        },
      ],
      done: ([endpoint]) => go(`/webhooks/${endpoint.id}?secret=${endpoint.secret}`),
    },
    {kind: 'primary'},
  );
}

function dials_button(dials) {
  return action_button('Disturb', {
    title: 'Disturb deliveries',
    submit: 'Set',
    testid: 'dials',
    text: 'For tests of the receiver: what real networks do now and then.',
    fields: () =>
      h(
        'div',
        {class: 'row'},
        text_field('Delay', 'delay', {value: `${dials.delay_ms}ms`}),
        text_field('Dropped, percent', 'drop', {value: dials.drop, type: 'number'}),
        text_field('Doubled, percent', 'duplicate', {value: dials.duplicate, type: 'number'}),
        text_field('Shuffled over', 'shuffle', {value: dials.shuffle, type: 'number'}),
      ),
    steps: () => [
      {
        path: '/_okapi/webhooks',
        params: Object.fromEntries(
          ['delay', 'drop', 'duplicate', 'shuffle'].map((name) => [name, read(name)]),
        ),
      },
    ],
    done: () => {},
  });
}

function counts_text(webhooks) {
  return ['delivered', 'failed', 'pending'].map((word) => `${webhooks[word]} ${word}`).join(', ');
}

export const watch = newest_attempt;

export async function render() {
  const [endpoints, webhooks] = await Promise.all([
    list_all('/v1/webhook_endpoints'),
    get('/_okapi/webhooks', {limit: 50}),
  ]);
  return page(
    {
      title: 'Webhooks',
      testid: 'webhooks',
      actions: [dials_button(webhooks.dials), add_button()],
      note: counts_text(webhooks),
    },
    section(
      {title: 'Endpoints'},
      table({
        caption: 'Endpoints',
        stacked: true,
        testid: 'endpoint-table',
        rows: endpoints,
        href: (row) => `/webhooks/${row.id}`,
        none: 'No endpoint yet.',
        columns: [
          {label: 'URL', of: (row) => row.url},
          {label: 'Events', of: (row) => row.enabled_events.join(', ')},
          {label: 'Status', of: (row) => badge(row.status)},
          {label: 'Created', wide: true, end: true, of: (row) => moment(row.created)},
        ],
      }),
    ),
    section(
      {title: 'Attempts'},
      table({
        caption: 'Attempts',
        testid: 'attempt-table',
        stacked: true,
        rows: webhooks.attempts,
        columns: attempt_columns,
        none: 'Nothing was sent yet.',
      }),
    ),
  );
}
