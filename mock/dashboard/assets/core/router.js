// Addresses to pages. A page is a module with `render(context)` that gives its element; it is drawn
// again when something happened on the server, unless it says `live = false` or is being typed in.
import {forget_sent} from './api.js';
import {listen, watch} from './live.js';
import {page_error} from '../ui/parts.js';

let routes = [];
let main = null;
let on_change = () => {};
let current = null; // {module, context}
let drawing = 0;

const compiled = (pattern) => new RegExp(`^${pattern.replace(/:(\w+)/g, '(?<$1>[^/]+)')}/?$`);

export function start(table, element, changed) {
  routes = table.map(([pattern, load]) => [compiled(pattern), load]);
  main = element;
  on_change = changed;
  document.addEventListener('click', follow);
  window.addEventListener('popstate', () => open());
  listen('change', refresh);
  return open();
}

function follow(event) {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const anchor = event.target.closest?.('a[href^="/dashboard"]');
  if (!anchor || anchor.target || anchor.hasAttribute('download')) return;
  event.preventDefault();
  go(anchor.getAttribute('href').slice('/dashboard'.length) || '/');
}

export function go(path) {
  history.pushState(null, '', `/dashboard${path === '/' ? '' : path}`);
  window.scrollTo(0, 0);
  return open();
}

// The query of the address, changed in place: filters and pages of a list.
export function set_query(changes) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  history.pushState(null, '', location.pathname + (text ? `?${text}` : ''));
  return open({keep_focus: true});
}

async function open({keep_focus = false} = {}) {
  const path = location.pathname.replace(/^\/dashboard/, '') || '/';
  const context = {params: {}, query: Object.fromEntries(new URLSearchParams(location.search))};
  let load = () => import('../pages/not_found.js');
  for (const [pattern, found] of routes) {
    const match = pattern.exec(path);
    if (!match) continue;
    load = found;
    context.params = Object.fromEntries(
      Object.entries(match.groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)]),
    );
    break;
  }
  const ticket = ++drawing;
  main.setAttribute('aria-busy', 'true');
  forget_sent();
  let element;
  try {
    const module = await load();
    if (ticket !== drawing) return;
    current = {module, context};
    watch(module.watch);
    element = await module.render(context);
  } catch (error) {
    element = page_error(error);
  }
  if (ticket !== drawing) return;
  if (keep_focus) swap(element);
  else main.replaceChildren(element);
  main.removeAttribute('aria-busy');
  const heading = main.querySelector('h1');
  document.title = heading ? `${heading.textContent} · okapi` : 'okapi';
  if (!keep_focus) main.focus({preventScroll: true});
  on_change(path);
}

function is_being_typed_in() {
  const focused = document.activeElement;
  const typed = 'input:not([type=checkbox], [type=file]), textarea, select';
  return main.contains(focused) && focused.matches(typed);
}

// What has the focus, so that the same thing has it after the page was drawn again.
function name_of(element) {
  if (!element || element === main || !main.contains(element)) return null;
  for (const attribute of ['data-testid', 'name', 'href', 'id']) {
    const value = element.getAttribute(attribute);
    if (value) return `[${attribute}="${CSS.escape(value)}"]`;
  }
  return null;
}

function swap(element) {
  if (main.firstElementChild?.innerHTML === element.innerHTML) return;
  const focused = name_of(document.activeElement);
  const opened = [...main.querySelectorAll('details[open][data-key]')].map((d) => d.dataset.key);
  for (const details of element.querySelectorAll('details[data-key]')) {
    if (opened.includes(details.dataset.key)) details.open = true;
  }
  main.replaceChildren(element);
  if (focused) main.querySelector(focused)?.focus({preventScroll: true});
}

export async function refresh() {
  if (!current || current.module.live === false || is_being_typed_in()) return;
  const ticket = drawing;
  let element;
  try {
    element = await current.module.render(current.context);
  } catch {
    return; // what was drawn stays until the next time
  }
  if (ticket === drawing && !is_being_typed_in()) swap(element);
}
