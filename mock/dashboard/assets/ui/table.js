// Tables, and lists that are paged by cursor.
import {get} from '../core/api.js';
import {h, link} from '../core/dom.js';
import {set_query} from '../core/router.js';
import {button, empty} from './parts.js';

// columns: [{label, of(row), end?: right-aligned, wide?: hidden on narrow screens,
// room?: holds sentences}]; `href(row)` makes the first cell the way to the row's page;
// `stacked` rows fold on narrow screens.
export function table({
  caption,
  columns,
  rows,
  href,
  testid,
  none = 'Nothing yet.',
  foot,
  stacked = false,
}) {
  if (rows.length === 0) return empty(none);
  const classes = (column) =>
    [column.end && 'end', column.wide && 'wide', column.room && 'room'].filter(Boolean).join(' ');
  const cell = (row, column, index) => {
    const value = column.of(row);
    const content = href && index === 0 ? link(href(row), value) : value;
    return h(
      index === 0 ? 'th' : 'td',
      {
        class: classes(column) || null,
        scope: index === 0 ? 'row' : null,
      },
      content,
    );
  };
  return h(
    'div',
    {class: 'table-frame'},
    h(
      'table',
      {testid, class: stacked ? 'stacked' : null},
      h('caption', {class: 'unseen'}, caption),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          columns.map((column) =>
            h('th', {scope: 'col', class: classes(column) || null}, column.label),
          ),
        ),
      ),
      h(
        'tbody',
        {},
        rows.map((row) =>
          h(
            'tr',
            {testid: row.id ? `row-${row.id}` : null},
            columns.map((column, index) => cell(row, column, index)),
          ),
        ),
      ),
      foot && h('tfoot', {}, foot),
    ),
  );
}

const page_size = 20;

// One page of a list of the API, as the query of the address says (after=, before=).
export async function list_page(path, params, query) {
  return get(path, {
    limit: page_size,
    ...params,
    starting_after: query.after,
    ending_before: query.before,
  });
}

export function pager(list, query) {
  const first = list.data[0]?.id;
  const last = list.data.at(-1)?.id;
  const back = query.before ? list.has_more : Boolean(query.after);
  const on = query.before ? true : list.has_more;
  if (!back && !on) return null;
  return h(
    'nav',
    {class: 'pager', 'aria-label': 'Pages'},
    button('Previous', {
      testid: 'previous-page',
      disabled: !back || !first,
      action: () => set_query({before: first, after: null}),
    }),
    button('Next', {
      testid: 'next-page',
      disabled: !on || !last,
      action: () => set_query({after: last, before: null}),
    }),
  );
}

// Filters that live in the address. fields: [{name, label, options: [[value, label]]}] or a text
// field without options.
export function filters(fields, query) {
  const change = (name) => (event) =>
    set_query({[name]: event.target.value, after: null, before: null});
  return h(
    'div',
    {class: 'filters', role: 'search'},
    fields.map(({name, label, options, placeholder}) => {
      const control = options
        ? h(
            'select',
            {name, testid: `filter-${name}`, on: {change: change(name)}},
            options.map(([value, text]) => h('option', {value}, text)),
          )
        : h('input', {
            name,
            type: 'search',
            placeholder,
            testid: `filter-${name}`,
            on: {change: change(name)},
          });
      control.value = query[name] ?? '';
      if (options && control.selectedIndex < 0) control.selectedIndex = 0;
      if (!options) control.setAttribute('value', query[name] ?? '');
      return h('label', {}, h('span', {}, label), control);
    }),
  );
}
