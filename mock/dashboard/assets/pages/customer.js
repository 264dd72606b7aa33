// One customer: who they are and all that is theirs.
import {get, if_there, list_all} from '../core/api.js';
import {h, link} from '../core/dom.js';
import {go} from '../core/router.js';
import {name_of} from '../core/prices.js';
import {action_button} from '../ui/dialog.js';
import {text_field, value_of} from '../ui/form.js';
import {
  badge,
  button_link,
  facts,
  folded,
  id_chip,
  json_block,
  metadata_rows,
  moment,
  page,
  section,
} from '../ui/parts.js';
import {table} from '../ui/table.js';
import {subscription_columns} from './subscriptions.js';
import {invoice_columns} from './invoices.js';
import {card_section} from './customer_cards.js';
import {credit_section} from './customer_credits.js';
import {balance_section, pending_section} from './customer_money.js';
import {usage_section} from './customer_usage.js';

function edit_button(customer) {
  const read = (name) => value_of(document.querySelector('dialog'), name) ?? '';
  return action_button('Edit', {
    title: 'Edit customer',
    submit: 'Save',
    testid: 'edit-customer',
    fields: () => [
      text_field('Name', 'name', {value: customer.name ?? ''}),
      text_field('Email', 'email', {type: 'email', value: customer.email ?? ''}),
      text_field('Description', 'description', {value: customer.description ?? ''}),
      text_field('Phone', 'phone', {value: customer.phone ?? ''}),
    ],
    steps: () => [
      {
        path: `/v1/customers/${customer.id}`,
        params: Object.fromEntries(
          ['name', 'email', 'description', 'phone'].map((name) => [name, read(name)]),
        ),
      },
    ],
    done: () => {},
  });
}

function delete_button(customer) {
  return action_button(
    'Delete',
    {
      title: 'Delete customer',
      submit: 'Delete customer',
      kind: 'danger',
      testid: 'delete-customer',
      text: 'Their subscriptions are canceled at once. This cannot be undone.',
      steps: () => [{method: 'DELETE', path: `/v1/customers/${customer.id}`}],
      done: () => go('/customers'),
    },
    {kind: 'danger'},
  );
}

function details_section(customer) {
  return section(
    {title: 'Details', testid: 'details'},
    facts([
      ['Id', id_chip(customer.id)],
      ['Name', customer.name],
      ['Email', customer.email],
      ['Phone', customer.phone],
      ['Description', customer.description],
      ['Currency', customer.currency?.toUpperCase()],
      ['Test clock', customer.test_clock],
      ['Created', moment(customer.created)],
      ...metadata_rows(customer.metadata),
    ]),
    folded('The object', `json-${customer.id}`, json_block(customer)),
  );
}

function list_section(title, href, rows, columns, none, action) {
  return section(
    {title, actions: action, testid: title.toLowerCase()},
    table({caption: title, rows, columns, href: (row) => `${href}/${row.id}`, none}),
  );
}

export async function render({params}) {
  const customer = await get(`/v1/customers/${params.id}`);
  if (customer.deleted) {
    return page(
      {title: 'A deleted customer', trail: [['Customers', '/customers']]},
      facts([['Id', id_chip(customer.id)]]),
    );
  }
  const of_customer = {customer: customer.id};
  const [cards, subscriptions, invoices, pending, balance, grants] = await Promise.all([
    list_all(`/v1/customers/${customer.id}/payment_methods`),
    list_all('/v1/subscriptions', {...of_customer, status: 'all'}),
    list_all('/v1/invoices', of_customer, 100),
    list_all('/v1/invoiceitems', {...of_customer, pending: true}),
    if_there(list_all(`/v1/customers/${customer.id}/balance_transactions`, {}, 100)),
    list_all('/v1/billing/credit_grants', of_customer),
  ]);
  const without_customer = (columns) => columns.filter((column) => column.label !== 'Customer');
  return page(
    {
      title: name_of(customer),
      testid: 'customer',
      trail: [['Customers', '/customers']],
      status: customer.delinquent && badge('delinquent', 'bad'),
      note: customer.name && customer.email,
      actions: [edit_button(customer), delete_button(customer)],
    },
    h(
      'div',
      {class: 'columns uneven'},
      h(
        'div',
        {class: 'stack'},
        list_section(
          'Subscriptions',
          '/subscriptions',
          subscriptions,
          without_customer(subscription_columns),
          'No subscriptions yet.',
          button_link(`/subscriptions/new?customer=${customer.id}`, 'Create subscription', {
            kind: 'small',
          }),
        ),
        await usage_section(customer),
        await credit_section(customer, grants),
        list_section(
          'Invoices',
          '/invoices',
          invoices,
          without_customer(invoice_columns),
          'No invoices yet.',
          button_link(`/invoices/new?customer=${customer.id}`, 'Create invoice', {
            kind: 'small',
          }),
        ),
        pending_section(customer, pending),
      ),
      h(
        'div',
        {class: 'stack'},
        details_section(customer),
        card_section(customer, cards),
        balance_section(customer, balance ?? []),
        section(
          {title: 'What happened'},
          link(`/events?object=${customer.id}`, 'Events of this customer'),
        ),
      ),
    ),
  );
}
