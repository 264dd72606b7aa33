// Builds the shell, then the page that the address names.
import {check} from './core/live.js';
import {start} from './core/router.js';
import {shell} from './ui/shell.js';

const load = (name) => () => import(`./pages/${name}.js`);

const routes = [
  ['/', load('home')],
  ['/customers', load('customers')],
  ['/customers/:id', load('customer')],
  ['/customers/:id/credit-grants/new', load('credit_grant_new')],
  ['/credit-grants/:id', load('credit_grant')],
  ['/products', load('products')],
  ['/products/new', load('product_new')],
  ['/products/:id', load('product')],
  ['/products/:id/prices/new', load('price_new')],
  ['/subscriptions', load('subscriptions')],
  ['/subscriptions/new', load('subscription_new')],
  ['/subscriptions/:id', load('subscription')],
  ['/subscriptions/:id/update', load('subscription_update')],
  ['/invoices', load('invoices')],
  ['/invoices/new', load('invoice_new')],
  ['/invoices/:id', load('invoice')],
  ['/meters', load('meters')],
  ['/meters/:id', load('meter')],
  ['/logs', load('logs')],
  ['/logs/:id', load('log')],
  ['/events', load('events')],
  ['/events/:id', load('event')],
  ['/webhooks', load('webhooks')],
  ['/webhooks/:id', load('webhook')],
  ['/errors', load('errors')],
  ['/snapshots', load('snapshots')],
  ['/faults', load('faults')],
  ['/coverage', load('coverage')],
];

const {element, main, show_place} = shell();
document.getElementById('shell').replaceWith(element);
await check();
await start(routes, main, show_place);
