// One endpoint: what it is told and how that went.
import {get} from '../core/api.js';
import {go} from '../core/router.js';
import {action_button} from '../ui/dialog.js';
import {attempt_columns, newest_attempt} from '../ui/attempts.js';
import {check_field, text_field, value_of} from '../ui/form.js';
import {
  badge,
  code,
  facts,
  folded,
  id_chip,
  json_block,
  moment,
  page,
  section,
} from '../ui/parts.js';
import {table} from '../ui/table.js';
import {event_list, events_field} from './webhooks.js';

const read = (name) => value_of(document.querySelector('dialog'), name);

function edit_button(endpoint) {
  return action_button('Edit', {
    title: 'Edit endpoint',
    submit: 'Save',
    testid: 'edit-endpoint',
    fields: () => [
      text_field('URL', 'url', {type: 'url', value: endpoint.url}),
      events_field(endpoint.enabled_events.join('\n')),
      check_field('Disabled', 'disabled', {checked: endpoint.status === 'disabled'}),
    ],
    steps: () => [
      {
        path: `/v1/webhook_endpoints/${endpoint.id}`,
        params: {
          url: read('url'),
          enabled_events: event_list(read('enabled_events')),
          disabled: read('disabled'),
        },
      },
    ],
    done: () => {},
  });
}

function delete_button(endpoint) {
  return action_button(
    'Delete',
    {
      title: 'Delete endpoint',
      submit: 'Delete endpoint',
      kind: 'danger',
      testid: 'delete-endpoint',
      steps: () => [{method: 'DELETE', path: `/v1/webhook_endpoints/${endpoint.id}`}],
      done: () => go('/webhooks'),
    },
    {kind: 'danger'},
  );
}

function resend_button(attempt) {
  return action_button(
    'Resend',
    {
      title: `Resend ${attempt.type}`,
      testid: `resend-${attempt.id}`,
      steps: () => [
        {
          path: '/_okapi/webhooks/resend',
          params: {event: attempt.event, endpoint: attempt.endpoint},
        },
      ],
      done: () => {},
    },
    {kind: 'small quiet'},
  );
}

export const watch = newest_attempt;

export async function render({params, query}) {
  const [endpoint, webhooks] = await Promise.all([
    get(`/v1/webhook_endpoints/${params.id}`),
    get('/_okapi/webhooks', {endpoint: params.id, limit: 50}),
  ]);
  return page(
    {
      title: endpoint.url,
      testid: 'webhook',
      trail: [['Webhooks', '/webhooks']],
      status: badge(endpoint.status),
      actions: [edit_button(endpoint), delete_button(endpoint)],
    },
    section(
      {title: 'Details'},
      facts([
        ['Id', id_chip(endpoint.id)],
        // Stripe: told once, when the endpoint is made.
        ['Signing secret', query.secret && code(query.secret)],
        ['Events', endpoint.enabled_events.join(', ')],
        ['Description', endpoint.description],
        ['Created', moment(endpoint.created)],
      ]),
      folded('The object', `json-${endpoint.id}`, json_block(endpoint)),
    ),
    section(
      {title: 'Attempts', testid: 'attempts'},
      table({
        caption: 'Attempts',
        stacked: true,
        rows: webhooks.attempts,
        none: 'Nothing was sent yet.',
        columns: [
          ...attempt_columns.filter((column) => column.label !== 'To'),
          {label: '', end: true, of: resend_button},
        ],
      }),
    ),
  );
}
