// Events as rows: what happened to what.
import {h, link} from '../core/dom.js';
import {money} from '../core/money.js';
import {code, moment} from './parts.js';
import {table} from './table.js';

const pages = {
  customer: (object) => `/customers/${object.id}`,
  product: (object) => `/products/${object.id}`,
  price: (object) => `/products/${object.product}`,
  subscription: (object) => `/subscriptions/${object.id}`,
  invoice: (object) => `/invoices/${object.id}`,
  'billing.meter': (object) => `/meters/${object.id}`,
  'billing.credit_grant': (object) => `/credit-grants/${object.id}`,
};

export function page_of(object) {
  return pages[object.object]?.(object) ?? null;
}

// "Ada", "$250.00 for …", "Hypernian": something to know the object by.
function gist(object) {
  if (object.object === 'invoice') return money(object.total, object.currency);
  if (object.amount !== undefined && object.currency) {
    return typeof object.amount === 'number' ? money(object.amount, object.currency) : '';
  }
  return object.name ?? object.display_name ?? object.nickname ?? object.email ?? '';
}

export function object_link(object) {
  const href = page_of(object);
  const text = object.id ?? object.object;
  return href ? link(href, code(text)) : code(text);
}

export function event_table(events, testid = 'events') {
  return table({
    caption: 'Events',
    testid,
    rows: events,
    stacked: true,
    href: (event) => `/events/${event.id}`,
    none: 'Nothing has happened yet.',
    columns: [
      {label: 'Event', of: (event) => event.type},
      {
        label: 'Of',
        of: (event) => h('span', {}, object_link(event.data.object), ' ', gist(event.data.object)),
      },
      {label: 'When', end: true, of: (event) => moment(event.created)},
    ],
  });
}
