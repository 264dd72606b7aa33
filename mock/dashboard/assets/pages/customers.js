// Who the account bills.
import {list_all} from '../core/api.js';
import {go} from '../core/router.js';
import {name_of} from '../core/prices.js';
import {action_button} from '../ui/dialog.js';
import {select_field, text_field, value_of} from '../ui/form.js';
import {moment, page, section} from '../ui/parts.js';
import {filters, list_page, pager, table} from '../ui/table.js';

// A page of the list, or all that hold the text.
async function found(query) {
  if (!query.search) return list_page('/v1/customers', {}, query);
  const text = query.search.toLowerCase();
  const rows = await list_all('/v1/customers');
  const holds = (value) => (value ?? '').toLowerCase().includes(text);
  return {data: rows.filter((row) => [row.name, row.email, row.id].some(holds))};
}

function create_customer(clocks) {
  const clock_options = [['', 'The server’s clock']].concat(
    clocks.map((clock) => [clock.id, clock.name || clock.id]),
  );
  const fields = () => [
    text_field('Name', 'name', {testid: 'name'}),
    text_field('Email', 'email', {type: 'email', testid: 'email'}),
    text_field('Description', 'description'),
    clocks.length > 0 && select_field('Clock', 'test_clock', clock_options),
  ];
  const read = (name) => value_of(document.querySelector('dialog'), name);
  return action_button(
    'Create customer',
    {
      testid: 'create-customer',
      fields,
      steps: () => [
        {
          path: '/v1/customers',
          params: Object.fromEntries(
            ['name', 'email', 'description', 'test_clock'].map((name) => [name, read(name)]),
          ),
        },
      ],
      done: ([customer]) => go(`/customers/${customer.id}`),
    },
    {kind: 'primary'},
  );
}

export async function render({query}) {
  const [list, clocks] = await Promise.all([
    found(query),
    list_all('/v1/test_helpers/test_clocks'),
  ]);
  return page(
    {title: 'Customers', testid: 'customers', actions: create_customer(clocks)},
    section(
      {title: 'All customers'},
      filters([{name: 'search', label: 'Name or email holds', placeholder: 'ada'}], query),
      table({
        caption: 'Customers',
        testid: 'customer-table',
        rows: list.data,
        href: (row) => `/customers/${row.id}`,
        none: query.search ? 'No customer matches.' : 'No customers yet.',
        columns: [
          {label: 'Name', of: name_of},
          {label: 'Email', of: (row) => row.email ?? '—'},
          {label: 'Description', wide: true, of: (row) => row.description ?? '—'},
          {label: 'Created', end: true, wide: true, of: (row) => moment(row.created)},
        ],
      }),
      !query.search && pager(list, query),
    ),
  );
}
