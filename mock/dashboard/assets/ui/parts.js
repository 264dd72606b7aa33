// The pieces that pages are made of.
import {ApiError} from '../core/api.js';
import {h, link} from '../core/dom.js';
import {short_time, time_text} from '../core/time.js';

// The content of a page under its heading; `trail` leads back: [["Customers", "/customers"]].
export function page({title, status, note, trail = [], actions, testid}, ...content) {
  const buttons = [actions].flat().filter(Boolean);
  return h(
    'div',
    {class: 'page', testid},
    h(
      'header',
      {class: 'page-head'},
      trail.length > 0 &&
        h(
          'nav',
          {class: 'trail', 'aria-label': 'Breadcrumb'},
          trail.map(([label, href]) => link(href, label)),
        ),
      h(
        'div',
        {class: 'page-title'},
        h('h1', {testid: 'page-title'}, title),
        status,
        buttons.length > 0 && h('div', {class: 'actions'}, buttons),
      ),
      note && h('p', {class: 'note'}, note),
    ),
    content,
  );
}

export function section({title, actions, note, testid, flat = false}, ...content) {
  return h(
    'section',
    {class: flat ? 'section flat' : 'section', testid},
    h(
      'div',
      {class: 'section-head'},
      h('h2', {}, title),
      actions && h('div', {class: 'actions'}, actions),
    ),
    note && h('p', {class: 'note'}, note),
    content,
  );
}

export function button(label, {kind = '', testid, action, name, ...rest} = {}) {
  return h(
    'button',
    {
      type: 'button',
      class: `button ${kind}`,
      testid,
      'aria-label': name,
      on: action ? {click: action} : {},
      ...rest,
    },
    label,
  );
}

export function button_link(href, label, {kind = '', testid} = {}) {
  const anchor = link(href, label);
  anchor.className = `button ${kind}`;
  if (testid) anchor.dataset.testid = testid;
  return anchor;
}

// [["Email", "a@b.c"], …]; rows without a value are left out.
export function facts(rows, testid) {
  return h(
    'dl',
    {class: 'facts', testid},
    rows
      .filter(([, value]) => value !== null && value !== undefined && value !== '')
      .map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, value))),
  );
}

const tones = {
  good: 'active paid complete succeeded enabled granted delivered ready behaviour',
  busy: 'open trialing pending draft_ready past_due incomplete requires_action storage scheduled',
  bad: 'unpaid uncollectible failed expired incomplete_expired missing',
};
const tone_of = Object.fromEntries(
  Object.entries(tones).flatMap(([tone, words]) => words.split(' ').map((word) => [word, tone])),
);

export function badge(word, tone = tone_of[word] ?? 'calm', testid = 'status') {
  return h('span', {class: `badge ${tone}`, testid}, String(word).replaceAll('_', ' '));
}

export function code(text) {
  return h('code', {}, text);
}

export function moment(seconds) {
  if (!seconds) return '—';
  const text = new Date(seconds * 1000).toISOString();
  return h('time', {datetime: text, title: `${time_text(seconds)} UTC`}, short_time(seconds));
}

export async function copy(text, element) {
  const before = element.textContent;
  try {
    await navigator.clipboard.writeText(text);
    element.textContent = 'Copied';
  } catch {
    element.textContent = 'Select and copy';
  }
  element.addEventListener('blur', () => (element.textContent = before), {once: true});
}

export function code_block(text, {testid, label = 'Copy'} = {}) {
  const pre = h('pre', {testid, tabindex: '0'}, text);
  const copier = button(label, {kind: 'small', action: () => copy(pre.textContent, copier)});
  return h('div', {class: 'code-block'}, pre, copier);
}

export function json_block(value, testid) {
  return code_block(JSON.stringify(value, null, 2), {testid});
}

export function folded(summary, key, ...content) {
  return h('details', {'data-key': key, testid: key}, h('summary', {}, summary), content);
}

export function id_chip(id) {
  const chip = h(
    'button',
    {
      type: 'button',
      class: 'id-chip',
      title: 'Copy the id',
      on: {click: () => copy(id, chip)},
    },
    id,
  );
  return chip;
}

export function metadata_rows(metadata) {
  return Object.entries(metadata ?? {}).map(([name, value]) => [code(name), value]);
}

export function empty(text, action) {
  return h('div', {class: 'empty'}, h('p', {}, text), action);
}

export function page_error(error) {
  const known = error instanceof ApiError;
  if (!known) console.error(error);
  return h(
    'div',
    {class: 'page', testid: 'page-error'},
    h('h1', {}, known && error.status === 404 ? 'Nothing here' : 'This did not work'),
    h('p', {role: 'alert'}, error.message),
    known && h('p', {class: 'note'}, `${error.type ?? 'error'} · HTTP ${error.status}`),
    link('/', 'Home'),
  );
}

// A way to an object by its id.
export function link_to(href, id) {
  return link(href, code(id));
}
