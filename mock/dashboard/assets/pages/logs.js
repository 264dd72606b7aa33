// Requests to the API, newest first; what the dashboard merely looked at is left out.
import {get} from '../core/api.js';
import {h} from '../core/dom.js';
import {badge, button, code, moment, page, section} from '../ui/parts.js';
import {filters, table} from '../ui/table.js';

export const status_badge = (status) =>
  badge(status, status < 300 ? 'good' : status < 500 ? 'busy' : 'bad', 'http-status');

// "customers" finds it anywhere in the path; "*" stands for any text.
const path_pattern = (text) => (text && !text.includes('*') ? `*${text}*` : text);

function answer(row) {
  return h('span', {}, status_badge(row.status), ' ', row.error?.message);
}

export const log_columns = [
  {
    label: 'Request',
    of: (row) =>
      h('span', {class: 'path'}, code(row.method), ' ', row.target.split('?')[0]),
  },
  {label: 'Answer', room: true, of: answer},
  {label: 'ms', wide: true, end: true, of: (row) => (row.microseconds / 1000).toFixed(1)},
  {label: 'When (wall clock)', end: true, of: (row) => moment(row.created)},
];

export function copy_curl(row) {
  const copier = button('Copy as curl', {
    kind: 'small quiet',
    action: async () => {
      try {
        await navigator.clipboard.writeText(row.curl);
        copier.textContent = 'Copied';
      } catch {
        copier.textContent = 'Open it to copy';
      }
    },
  });
  return copier;
}

const kinds = {
  '': () => true,
  succeeded: (row) => row.status < 400,
  failed: (row) => row.status >= 400,
};

export async function render({query}) {
  const list = await get('/_okapi/requests', {
    limit: 200,
    method: query.method,
    path: path_pattern(query.path),
    operation: query.operation,
    status: /^\d+$/.test(query.status ?? '') ? query.status : null,
  });
  const wanted = kinds[query.status] ?? kinds[''];
  const rows = list.data
    .filter(wanted)
    .filter((row) => !query.key || row.key.includes(query.key))
    .slice(0, 100);
  return page(
    {
      title: 'Logs',
      testid: 'logs',
      note: 'Requests of this account, newest first. What the dashboard only reads is not logged.',
    },
    section(
      {title: 'Requests'},
      filters(
        [
          {
            name: 'status',
            label: 'Status',
            options: [
              ['', 'All'],
              ['succeeded', 'Succeeded'],
              ['failed', 'Failed'],
              ...['400', '402', '404', '429', '500', '501'].map((code_text) => [
                code_text,
                code_text,
              ]),
            ],
          },
          {
            name: 'method',
            label: 'Method',
            options: [
              ['', 'All'],
              ['GET', 'GET'],
              ['POST', 'POST'],
              ['DELETE', 'DELETE'],
            ],
          },
          {name: 'path', label: 'Path', placeholder: '/v1/customers*'},
          {name: 'key', label: 'Key', placeholder: 'end of the key'},
        ],
        query,
      ),
      table({
        caption: 'Requests',
        testid: 'log-table',
        stacked: true,
        rows,
        href: (row) => `/logs/${row.id}`,
        none: 'No request matches.',
        columns: [...log_columns, {label: '', end: true, of: copy_curl}],
      }),
    ),
  );
}
