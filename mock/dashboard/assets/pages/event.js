// One event: what it tells, and who was told.
import {get} from '../core/api.js';
import {h} from '../core/dom.js';
import {action_button} from '../ui/dialog.js';
import {attempt_columns, newest_attempt} from '../ui/attempts.js';
import {object_link} from '../ui/events.js';
import {code, facts, id_chip, json_block, link_to, moment, page, section} from '../ui/parts.js';
import {table} from '../ui/table.js';

function resend_button(event) {
  return action_button('Resend', {
    title: 'Resend this event',
    testid: 'resend',
    text: 'It goes once more to every endpoint that is enabled.',
    steps: () => [{path: '/_okapi/webhooks/resend', params: {event: event.id}}],
    done: () => {},
  });
}

export const watch = newest_attempt;

export async function render({params}) {
  const event = await get(`/v1/events/${params.id}`);
  const webhooks = await get('/_okapi/webhooks', {event: event.id});
  return page(
    {
      title: event.type,
      testid: 'event',
      trail: [['Events', '/events']],
      actions: resend_button(event),
    },
    h(
      'div',
      {class: 'columns uneven'},
      section({title: 'Payload'}, json_block(event.data, 'payload')),
      section(
        {title: 'Details'},
        facts([
          ['Id', id_chip(event.id)],
          ['Of', object_link(event.data.object)],
          ['When', moment(event.created)],
          ['API version', event.api_version],
          [
            'Request',
            event.request?.id
              ? link_to(`/logs/${event.request.id}`, event.request.id)
              : 'by itself',
          ],
          [
            'Idempotency key',
            event.request?.idempotency_key && code(event.request.idempotency_key),
          ],
        ]),
      ),
    ),
    section(
      {title: 'Deliveries', testid: 'deliveries'},
      table({
        caption: 'Deliveries',
        rows: webhooks.attempts,
        columns: attempt_columns.filter((column) => column.label !== 'Event'),
        none: 'No endpoint was told.',
      }),
    ),
  );
}
