// One request: what was sent, what it answered, what it set off.
import {get, if_there} from '../core/api.js';
import {h} from '../core/dom.js';
import {pairs_of_body} from '../core/bodies.js';
import {
  code,
  code_block,
  empty,
  facts,
  id_chip,
  link_to,
  moment,
  page,
  section,
} from '../ui/parts.js';
import {table} from '../ui/table.js';
import {status_badge} from './logs.js';

function pair_table(caption, pairs, none) {
  return table({
    caption,
    rows: pairs.map(([name, value]) => ({name, value})),
    none,
    columns: [
      {label: 'Parameter', of: (row) => code(row.name)},
      {label: 'Value', of: (row) => row.value},
    ],
  });
}

function event_links(ids) {
  return ids.length
    ? h(
        'ul',
        {},
        ids.map((id) => h('li', {}, link_to(`/events/${id}`, id))),
      )
    : null;
}

export async function render({params}) {
  const request = await if_there(get(`/_okapi/requests/${params.id}`));
  if (!request) {
    return page(
      {title: 'Request', trail: [['Logs', '/logs']]},
      empty('This request is not in the log (any more): the last thousand are kept.'),
    );
  }
  const [path, query = ''] = request.target.split('?');
  return page(
    {
      title: `${request.method} ${path}`,
      testid: 'log',
      trail: [['Logs', '/logs']],
      status: status_badge(request.status),
    },
    h(
      'div',
      {class: 'columns uneven'},
      h(
        'div',
        {class: 'stack'},
        section(
          {title: 'Request'},
          query && pair_table('Query', [...new URLSearchParams(query)]),
          pair_table('Body', pairs_of_body(request.body), 'No body.'),
        ),
        section({title: 'Response'}, code_block(request.response, {testid: 'response'})),
        section({title: 'As curl'}, code_block(request.curl, {testid: 'curl'})),
      ),
      section(
        {title: 'Details'},
        facts([
          ['Id', id_chip(request.id)],
          ['Operation', request.operation && code(request.operation)],
          ['When (wall clock)', moment(request.created)],
          ['Took', `${(request.microseconds / 1000).toFixed(1)} ms`],
          ['Key', code(request.key)],
          ['API version', request.version],
          ['Idempotency key', request.idempotency_key && code(request.idempotency_key)],
          ['Error', request.error && code(request.error.code)],
          ['Replayed', request.replayed ? 'yes' : null],
          ['Events', event_links(request.events)],
          ['Set off afterwards', event_links(request.later_events)],
        ]),
      ),
    ),
  );
}
