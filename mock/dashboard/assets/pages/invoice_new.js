// Create invoice: for whom, what, and how it is paid; sent at once or kept as a draft.
import {h} from '../core/dom.js';
import {customer_options, expanded_prices} from '../core/prices.js';
import {go} from '../core/router.js';
import {
  choice,
  currency_field,
  field,
  form,
  select_field,
  text_field,
  value_of,
} from '../ui/form.js';
import {item_params, line_items} from '../ui/line_items.js';
import {button, button_link, empty, page, section} from '../ui/parts.js';
import {preview_section} from '../ui/preview.js';

export const live = false;

const trail = [['Invoices', '/invoices']];

function steps_of({element, items, collection, ending}) {
  const read = (name) => value_of(element, name);
  const customer = read('customer');
  const sends = collection() === 'send_invoice';
  const steps = [
    {
      path: '/v1/invoices',
      params: {
        customer,
        currency: read('currency'),
        description: read('description'),
        collection_method: collection(),
        days_until_due: sends ? read('days_until_due') : null,
        pending_invoice_items_behavior: read('pending') ? 'include' : 'exclude',
      },
      save: 'INVOICE_ID',
    },
    ...items.map((item) => ({
      path: '/v1/invoiceitems',
      params: {customer, invoice: '{{INVOICE_ID}}', ...item_params(item, read('currency'))},
    })),
  ];
  if (ending === 'draft') return steps;
  steps.push(
    sends
      ? {path: '/v1/invoices/{{INVOICE_ID}}/send'}
      : {path: '/v1/invoices/{{INVOICE_ID}}/finalize', params: {auto_advance: true}},
  );
  return steps;
}

function collection_fields(on_change) {
  let method = 'send_invoice';
  const days = text_field('Due in days', 'days_until_due', {type: 'number', value: '30'});
  const methods = choice(
    'Collection',
    'collection_method',
    [
      ['send_invoice', 'Request payment', 'The customer is sent the invoice'],
      ['charge_automatically', 'Charge automatically', 'With the default payment method'],
    ],
    {
      value: method,
      wide: true,
      on_change: (picked) => {
        method = picked;
        days.hidden = picked !== 'send_invoice';
        on_change(picked);
      },
    },
  );
  return {elements: [methods, days], method: () => method};
}

const pending_field = () =>
  h(
    'label',
    {class: 'check'},
    h('input', {type: 'checkbox', name: 'pending', testid: 'pending'}),
    ' Also bill the customer’s pending items',
  );

export async function render({query}) {
  const [customers, prices] = await Promise.all([
    customer_options(),
    expanded_prices({active: true, type: 'one_time'}),
  ]);
  if (customers.length === 0) {
    return page(
      {title: 'Create invoice', trail},
      empty('An invoice needs a customer.', button_link('/customers', 'Customers')),
    );
  }
  let element = null;
  let ending = 'send';
  const read = (name) => value_of(element, name);
  const preview = preview_section({
    title: 'Preview',
    testid: 'preview',
    none: 'Choose a customer and add a line item.',
    params: () =>
      read('customer') && items.items.length
        ? {
            customer: read('customer'),
            currency: read('currency'),
            invoice_items: items.items.map((item) =>
              item_params(item, read('currency'), {for_preview: true}),
            ),
          }
        : null,
  });
  const items = line_items({
    prices,
    currency: () => read('currency'),
    changed: preview.draw,
  });
  const collection = collection_fields((method) => {
    element.querySelector('[data-testid=submit]').textContent =
      method === 'send_invoice' ? 'Send invoice' : 'Charge customer';
  });
  const again = () => {
    items.draw();
    preview.draw();
  };
  const customer = select_field('Customer', 'customer', [['', 'Choose a customer'], ...customers], {
    value: query.customer ?? '',
    testid: 'customer',
    on: {change: again},
  });
  element = form(
    {
      testid: 'invoice-form',
      submit: 'Send invoice',
      steps: () => {
        const steps = steps_of({
          element,
          items: items.items,
          collection: collection.method,
          ending,
        });
        ending = 'send';
        return steps;
      },
      done: ([invoice]) => go(`/invoices/${invoice.id}`),
      cancel: () => go('/invoices'),
      extra: button('Save as draft', {
        testid: 'save-draft',
        action: () => {
          ending = 'draft';
          element.requestSubmit();
        },
      }),
    },
    h('div', {class: 'row'}, customer, currency_field({testid: 'currency', on: {change: again}})),
    items.element,
    pending_field(),
    field('Memo', h('textarea', {name: 'description', testid: 'memo'})),
    collection.elements,
  );
  preview.draw();
  return page(
    {title: 'Create invoice', testid: 'create-invoice', trail},
    h('div', {class: 'columns uneven'}, section({title: 'Invoice'}, element), preview.element),
  );
}
