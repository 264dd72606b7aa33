// What stands around every page: the ways to the others, the account, the clock.
import {h, link} from '../core/dom.js';
import {sent_requests} from '../core/api.js';
import {listen} from '../core/live.js';
import {steps_as_curl} from '../core/steps.js';
import {account_picker} from './account_picker.js';
import {clock_bar} from './clock_bar.js';
import {open_dialog} from './dialog.js';
import {button, code_block} from './parts.js';

const places = [
  [
    null,
    [
      ['Home', '/'],
      ['Customers', '/customers'],
      ['Product catalog', '/products'],
      ['Subscriptions', '/subscriptions'],
      ['Invoices', '/invoices'],
      ['Meters', '/meters'],
    ],
  ],
  [
    'Developers',
    [
      ['Logs', '/logs'],
      ['Events', '/events'],
      ['Webhooks', '/webhooks'],
      ['Errors', '/errors'],
    ],
  ],
  [
    'Server',
    [
      ['Snapshots', '/snapshots'],
      ['Faults', '/faults'],
      ['Coverage', '/coverage'],
    ],
  ],
];

function brand() {
  const home = link('/', h('span', {class: 'stripes', 'aria-hidden': 'true'}), 'okapi');
  home.className = 'brand';
  return home;
}

function page_as_curl() {
  const asked = sent_requests();
  const text = asked.length ? steps_as_curl(asked) : '# This page asked nothing of the API.';
  open_dialog('What this page asked for', code_block(text, {testid: 'page-curl'}), {
    wide: true,
  });
}

function navigation(links) {
  return h(
    'nav',
    {class: 'places', id: 'places', 'aria-label': 'Pages'},
    places.map(([group, entries]) => [
      group && h('h2', {}, group),
      h(
        'ul',
        {},
        entries.map(([label, href]) => {
          const anchor = link(href === '/' ? '' : href, label);
          anchor.dataset.testid = `nav-${href === '/' ? 'home' : href.slice(1)}`;
          links.push([href, anchor]);
          return h('li', {}, anchor);
        }),
      ),
    ]),
  );
}

export function shell() {
  const links = [];
  const main = h('main', {id: 'main', tabindex: '-1'});
  const side = h('div', {class: 'side'});
  const menu = button('Menu', {
    kind: 'small menu',
    testid: 'menu',
    'aria-expanded': 'false',
    'aria-controls': 'places',
    action: () => open_menu(!side.classList.contains('open')),
  });
  const open_menu = (open) => {
    side.classList.toggle('open', open);
    menu.setAttribute('aria-expanded', String(open));
  };
  side.append(
    h(
      'div',
      {class: 'side-frame'},
      h('div', {class: 'side-head'}, brand(), menu),
      h('div', {class: 'side-body'}, account_picker(), navigation(links)),
    ),
  );
  const lost = h('p', {class: 'lost', role: 'status', hidden: true});
  listen('lost', (is_lost) => {
    lost.hidden = !is_lost;
    lost.textContent = is_lost ? 'The server does not answer. Trying again…' : '';
  });
  const element = h(
    'div',
    {class: 'shell'},
    side,
    h(
      'div',
      {class: 'body'},
      clock_bar(),
      lost,
      main,
      h(
        'footer',
        {},
        h('span', {}, 'okapi · a local server that looks like Stripe. No money moves here.'),
        button('This page as curl', {kind: 'quiet small', action: page_as_curl}),
      ),
    ),
  );
  const show_place = (path) => {
    open_menu(false);
    for (const [href, anchor] of links) {
      const here = href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`);
      if (here) anchor.setAttribute('aria-current', 'page');
      else anchor.removeAttribute('aria-current');
    }
  };
  return {element, main, show_place};
}
