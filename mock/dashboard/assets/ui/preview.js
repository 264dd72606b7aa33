// An invoice as it would be: asks /v1/invoices/create_preview while a form is filled in.
import {ApiError, post, preview_path as path} from '../core/api.js';
import {h} from '../core/dom.js';
import {as_curl} from '../core/steps.js';
import {moment, section, button, code_block} from './parts.js';
import {bill} from './bill.js';
import {open_dialog} from './dialog.js';

async function previewed(params) {
  try {
    return await post(path, params);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return h('p', {class: 'note'}, error.message);
  }
}

// `params()` gives what to ask, or null while there is nothing to ask yet.
export function preview_section({title, testid, params, none}) {
  const place = h('div', {'aria-live': 'polite'});
  let ticket = 0;
  const draw = async () => {
    const mine = ++ticket;
    const asked = params();
    if (asked === null) {
      place.replaceChildren(h('p', {class: 'note'}, none));
      return;
    }
    const found = await previewed(asked);
    if (mine !== ticket) return;
    if (found instanceof Node) {
      place.replaceChildren(found);
      return;
    }
    place.replaceChildren(
      h('p', {class: 'note'}, 'On ', moment(found.created)),
      bill({invoice: found, testid: `${testid}-bill`}),
    );
  };
  const show_curl = () => {
    const asked = params();
    if (asked) open_dialog(title, code_block(as_curl({path, params: asked})), {wide: true});
  };
  const element = section(
    {
      title,
      testid,
      actions: button('curl', {
        kind: 'small quiet',
        name: `${title} as curl`,
        action: show_curl,
      }),
    },
    place,
  );
  return {element, draw};
}
