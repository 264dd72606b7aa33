// Dialogs over the page; the page below may be drawn again meanwhile.
import {h, fresh_id} from '../core/dom.js';
import {form} from './form.js';
import {button} from './parts.js';

export function open_dialog(title, content, {testid, wide = false} = {}) {
  const id = fresh_id('dialog');
  const dialog = h(
    'dialog',
    {'aria-labelledby': id, testid, class: wide ? 'wide' : null},
    h(
      'div',
      {class: 'dialog-head'},
      h('h2', {id}, title),
      button('×', {kind: 'quiet', name: 'Close', action: () => dialog.close()}),
    ),
    content,
  );
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector('form :is(input, select, textarea)')?.focus();
  return dialog;
}

// A dialog around one form; it closes when the action is done. `fields` may be a function, for
// fields that begin anew each time.
export function action_dialog({title, testid, text, fields = [], wide, ...action}) {
  const dialog = open_dialog(
    title,
    form(
      {
        testid: testid && `${testid}-form`,
        ...action,
        done: async (answers) => {
          dialog.close();
          await action.done?.(answers);
        },
        cancel: () => dialog.close(),
      },
      text && h('p', {}, text),
      typeof fields === 'function' ? fields() : fields,
    ),
    {testid, wide},
  );
  return dialog;
}

// The button that opens such a dialog.
export function action_button(label, action, {kind = ''} = {}) {
  return button(label, {
    kind,
    testid: action.testid && `open-${action.testid}`,
    action: () => action_dialog({title: label, submit: label, ...action}),
  });
}
