// States of the account to come back to: in memory by name, and as a file.
import {get, put_file, text_of} from '../core/api.js';
import {current_key} from '../core/account.js';
import {h} from '../core/dom.js';
import {refresh} from '../core/router.js';
import {action_button} from '../ui/dialog.js';
import {text_field, value_of} from '../ui/form.js';
import {button, code_block, folded, page, section} from '../ui/parts.js';
import {table} from '../ui/table.js';

// What the last file did. Outside the page, since loading a file draws the page anew.
let loaded = '';

// The account is another one from here on: nothing on the page is true any more.
function replaced() {
  loaded = '';
  return refresh();
}

function save_button() {
  return action_button(
    'Save snapshot',
    {
      testid: 'save-snapshot',
      submit: 'Save',
      fields: () => text_field('Name', 'name', {testid: 'snapshot-name'}),
      steps: () => [
        {
          path: '/_okapi/snapshots',
          params: {name: value_of(document.querySelector('dialog'), 'name')},
        },
      ],
      done: refresh,
    },
    {kind: 'primary'},
  );
}

function restore_button(snapshot) {
  return action_button(
    'Restore',
    {
      title: `Restore “${snapshot.name}”`,
      submit: 'Restore',
      testid: `restore-${snapshot.name}`,
      text: 'The account becomes what it was then; what happened since is gone.',
      steps: () => [{path: `/_okapi/snapshots/${encodeURIComponent(snapshot.name)}/restore`}],
      done: replaced,
    },
    {kind: 'small'},
  );
}

function reset_button() {
  return action_button(
    'Empty the account',
    {
      submit: 'Empty the account',
      kind: 'danger',
      testid: 'reset',
      text: 'Everything in the account of this key goes. Named snapshots stay.',
      steps: () => [{path: '/_okapi/reset'}],
      done: replaced,
    },
    {kind: 'danger'},
  );
}

async function download() {
  const file = new Blob([await text_of('/_okapi/snapshot')], {type: 'application/x-ndjson'});
  const url = URL.createObjectURL(file);
  h('a', {href: url, download: `${current_key()}.ndjson`}).click();
  URL.revokeObjectURL(url);
}

function upload_field() {
  const input = h('input', {type: 'file', id: 'snapshot-file', testid: 'snapshot-file'});
  input.addEventListener('change', async () => {
    const [file] = input.files;
    if (!file) return;
    try {
      await put_file('/_okapi/snapshot', await file.text());
      loaded = `${file.name} is loaded.`;
    } catch (error) {
      loaded = error.message;
    }
    await refresh();
  });
  return h(
    'div',
    {class: 'field'},
    h('label', {for: 'snapshot-file'}, 'Load a file'),
    input,
    h('p', {class: 'hint'}, 'Replaces all that is in this account.'),
    h('p', {role: 'status'}, loaded),
  );
}

function file_curl() {
  const at = `${location.origin}/_okapi/snapshot -u ${current_key()}:`;
  return `curl ${at} -o world.ndjson\ncurl -T world.ndjson ${at}`;
}

export async function render() {
  const list = await get('/_okapi/snapshots');
  return page(
    {
      title: 'Snapshots',
      testid: 'snapshots',
      note: 'Saving and restoring cost milliseconds whatever the size.',
      actions: save_button(),
    },
    section(
      {title: 'In memory'},
      table({
        caption: 'Snapshots',
        testid: 'snapshot-table',
        rows: list.data,
        none: 'No snapshot yet.',
        columns: [
          {label: 'Name', of: (row) => row.name},
          {label: '', end: true, of: restore_button},
        ],
      }),
    ),
    h(
      'div',
      {class: 'columns'},
      section(
        {title: 'As a file'},
        h('div', {}, button('Download', {testid: 'download-snapshot', action: download})),
        upload_field(),
        folded('As curl', 'snapshot-curl', code_block(file_curl())),
      ),
      section({title: 'Start over'}, h('div', {}, reset_button())),
    ),
  );
}
