// What the API refused, by kind: where an application and the API disagree.
import {get} from '../core/api.js';
import {code, moment, page, section} from '../ui/parts.js';
import {table} from '../ui/table.js';
import {log_columns, status_badge} from './logs.js';

// Refusals of one operation with one code are one row.
function groups_of(failed) {
  const groups = new Map();
  for (const row of failed) {
    const error = row.error?.code ?? String(row.status);
    const name = `${row.operation} ${row.status} ${error}`;
    const group = groups.get(name) ?? {...row, id: null, error_code: error, count: 0};
    group.count += 1;
    groups.set(name, group);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

export async function render() {
  const list = await get('/_okapi/requests', {limit: 1000});
  const failed = list.data.filter((row) => row.status >= 400);
  return page(
    {
      title: 'Errors',
      testid: 'errors',
      note: 'Among the last thousand requests of this account.',
    },
    section(
      {title: 'By kind'},
      table({
        caption: 'Errors by kind',
        stacked: true,
        testid: 'error-kinds',
        rows: groups_of(failed),
        none: 'Nothing was refused.',
        columns: [
          {label: 'Operation', of: (row) => code(row.operation ?? row.target)},
          {label: 'Status', of: (row) => status_badge(row.status)},
          {label: 'Code', of: (row) => code(row.error_code)},
          {label: 'Times', end: true, of: (row) => row.count},
          {label: 'Last (wall clock)', wide: true, end: true, of: (row) => moment(row.created)},
        ],
      }),
    ),
    section(
      {title: 'One by one'},
      table({
        caption: 'Errors',
        stacked: true,
        testid: 'error-table',
        rows: failed.slice(0, 50),
        href: (row) => `/logs/${row.id}`,
        none: 'Nothing was refused.',
        columns: log_columns,
      }),
    ),
  );
}
