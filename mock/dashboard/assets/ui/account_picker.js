// The account of the page, by secret key: those this browser used, those the server has seen, or
// another one.
import {choose_key, current_key, remembered_keys} from '../core/account.js';
import {get} from '../core/api.js';
import {h} from '../core/dom.js';
import {open_dialog} from './dialog.js';
import {error_slot, show_error, text_field, value_of} from './form.js';
import {button} from './parts.js';

function rows_of(known) {
  const objects = new Map(known.filter((row) => row.key).map((row) => [row.key, row.objects]));
  return [...new Set([...remembered_keys(), ...objects.keys()])].map((key) => [
    key,
    objects.get(key),
  ]);
}

async function choose() {
  const known = await get('/_okapi/accounts').then(
    (list) => list.data,
    () => [],
  );
  const list = rows_of(known).map(([key, objects]) =>
    h(
      'li',
      {},
      h(
        'button',
        {
          type: 'button',
          class: 'account-row',
          testid: `account-${key}`,
          'aria-current': key === current_key() ? 'true' : null,
          on: {click: () => choose_key(key)},
        },
        h('code', {}, key),
        h('small', {}, objects === undefined ? 'new' : `${objects} objects`),
      ),
    ),
  );
  const other = h(
    'form',
    {
      class: 'form inline',
      novalidate: true,
      on: {
        submit: (event) => {
          event.preventDefault();
          const key = value_of(other, 'key') ?? '';
          if (/^(sk|rk)_test_\S+$/.test(key)) choose_key(key);
          else show_error(other, {param: 'key', message: 'Give a key such as sk_test_mine.'});
        },
      },
    },
    text_field('Another secret key', 'key', {
      placeholder: 'sk_test_mine',
      testid: 'new-key',
      hint: 'Each key is an account of its own, made on first use.',
    }),
    error_slot(),
    button('Use this key', {kind: 'primary', type: 'submit', testid: 'use-key'}),
  );
  open_dialog('Account', h('div', {}, h('ul', {class: 'accounts'}, list), other), {
    testid: 'account-dialog',
  });
}

export function account_picker() {
  return h(
    'button',
    {type: 'button', class: 'account', testid: 'account-picker', on: {click: choose}},
    h('small', {}, 'Account'),
    h('code', {testid: 'current-key'}, current_key()),
  );
}
