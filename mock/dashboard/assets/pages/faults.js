// Faults on purpose: what an application does when the API fails, is slow or hangs up.
import {get} from '../core/api.js';
import {h} from '../core/dom.js';
import {refresh} from '../core/router.js';
import {action_button} from '../ui/dialog.js';
import {select_field, text_field, value_of} from '../ui/form.js';
import {code, page, section} from '../ui/parts.js';
import {table} from '../ui/table.js';

const read = (name) => value_of(document.querySelector('dialog'), name);

function add_button() {
  const number = (label, name, attributes) =>
    text_field(label, name, {type: 'number', min: '0', testid: name, ...attributes});
  return action_button(
    'Add fault',
    {
      testid: 'add-fault',
      fields: () => [
        h(
          'div',
          {class: 'row'},
          select_field(
            'Method',
            'method',
            ['', 'GET', 'POST', 'DELETE'].map((method) => [method, method || 'Any']),
          ),
          text_field('Path', 'path', {placeholder: '/v1/customers*', testid: 'path'}),
        ),
        h(
          'div',
          {class: 'row'},
          number('From the nth match', 'nth', {value: '1'}),
          number('How many times', 'times', {value: '1', hint: '0: every time'}),
        ),
        h(
          'div',
          {class: 'row'},
          number('Answer with status', 'status', {placeholder: '500'}),
          number('Delay, milliseconds', 'delay'),
          select_field('Hang up', 'close', [
            ['', 'No'],
            ['before', 'Before the work'],
            ['after', 'After the work'],
          ]),
        ),
      ],
      steps: () => [
        {
          path: '/_okapi/faults',
          params: Object.fromEntries(
            ['method', 'path', 'nth', 'times', 'status', 'delay', 'close'].map((name) => [
              name,
              read(name),
            ]),
          ),
        },
      ],
      done: refresh,
    },
    {kind: 'primary'},
  );
}

function remove_button(fault) {
  return action_button(
    'Remove',
    {
      title: 'Remove this fault',
      submit: 'Remove',
      testid: `remove-${fault.id}`,
      steps: () => [{method: 'DELETE', path: `/_okapi/faults/${fault.id}`}],
      done: refresh,
    },
    {kind: 'small'},
  );
}

function effect(fault) {
  return [
    fault.status && `answers ${fault.status}`,
    fault.delay > 0 && `waits ${fault.delay} ms`,
    fault.close && `hangs up ${fault.close} the work`,
  ]
    .filter(Boolean)
    .join(', ');
}

export async function render() {
  const list = await get('/_okapi/faults');
  return page(
    {
      title: 'Faults',
      testid: 'faults',
      note: 'They hold for all accounts of the server. What this dashboard only reads never meets one.',
      actions: add_button(),
    },
    section(
      {title: 'Rules'},
      table({
        caption: 'Faults',
        testid: 'fault-table',
        rows: list.data,
        none: 'No faults: everything is answered as well as okapi can.',
        columns: [
          {
            label: 'Requests',
            of: (row) => h('span', {}, code(row.method ?? 'any'), ' ', row.path ?? 'any path'),
          },
          {label: 'Does', of: effect},
          {
            label: 'When',
            wide: true,
            of: (row) =>
              `from match ${row.nth}, ${row.times === 0 ? 'always' : `${row.times} times`}`,
          },
          {label: 'Matched', end: true, of: (row) => row.matched},
          {label: '', end: true, of: remove_button},
        ],
      }),
    ),
  );
}
