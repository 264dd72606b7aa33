// What was billed.
import {h} from '../core/dom.js';
import {money} from '../core/money.js';
import {link_to, badge, button_link, moment, page, section} from '../ui/parts.js';
import {filters, list_page, pager, table} from '../ui/table.js';

export const invoice_columns = [
  {label: 'Number', of: (row) => row.number ?? 'Draft'},
  {
    label: 'Customer',
    of: (row) =>
      h(
        'span',
        {},
        row.customer_name ||
          row.customer_email ||
          link_to(`/customers/${row.customer}`, row.customer),
      ),
  },
  {label: 'Status', of: (row) => badge(row.status)},
  {label: 'Created', wide: true, of: (row) => moment(row.created)},
  {label: 'Total', end: true, of: (row) => money(row.total, row.currency)},
];

const statuses = ['draft', 'open', 'paid', 'uncollectible', 'void'];

export async function render({query}) {
  const list = await list_page('/v1/invoices', {status: query.status}, query);
  return page(
    {
      title: 'Invoices',
      testid: 'invoices',
      actions: button_link('/invoices/new', 'Create invoice', {
        kind: 'primary',
        testid: 'create-invoice',
      }),
    },
    section(
      {title: 'All invoices'},
      filters(
        [
          {
            name: 'status',
            label: 'Status',
            options: [['', 'All'], ...statuses.map((status) => [status, status])],
          },
        ],
        query,
      ),
      table({
        caption: 'Invoices',
        testid: 'invoice-table',
        rows: list.data,
        href: (row) => `/invoices/${row.id}`,
        none: 'No invoices yet.',
        columns: invoice_columns,
      }),
      pager(list, query),
    ),
  );
}
