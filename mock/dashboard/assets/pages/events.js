// Everything that happened, newest first.
import {get} from '../core/api.js';
import {h} from '../core/dom.js';
import {set_query} from '../core/router.js';
import {event_table} from '../ui/events.js';
import {button, page, section} from '../ui/parts.js';
import {filters} from '../ui/table.js';

export async function render({query}) {
  const list = await get('/_okapi/events', {
    limit: 30,
    type: query.type,
    object: query.object,
    starting_after: query.after,
  });
  return page(
    {title: 'Events', testid: 'events-page'},
    section(
      {title: 'All events'},
      filters(
        [
          {name: 'type', label: 'Type', placeholder: 'invoice.*'},
          {name: 'object', label: 'Of the object', placeholder: 'in_…'},
        ],
        query,
      ),
      event_table(list.data, 'event-table'),
      (list.has_more || query.after) &&
        h(
          'div',
          {class: 'pager'},
          query.after && button('Newest', {action: () => set_query({after: null})}),
          list.has_more &&
            button('Older', {
              testid: 'older',
              action: () => set_query({after: list.data.at(-1).id}),
            }),
        ),
    ),
  );
}
