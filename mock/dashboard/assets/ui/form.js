// Forms that send steps (core/steps.js). Each control is named as Stripe names the parameter, so
// that a refusal stands beside the field that its `param` names.
import {h, fresh_id} from '../core/dom.js';
import {currencies} from '../core/money.js';
import {check} from '../core/live.js';
import {play, steps_as_curl} from '../core/steps.js';
import {button, code_block} from './parts.js';

// A labelled control. `name` is the parameter.
export function field(label, control, {name = control.name, hint, testid} = {}) {
  const id = control.id || fresh_id('field');
  control.id = id;
  if (testid) control.dataset.testid = testid;
  const error = h('p', {class: 'field-error', id: `${id}-error`, hidden: true});
  return h(
    'div',
    {class: 'field', 'data-param': name},
    h('label', {for: id}, label),
    control,
    hint && h('p', {class: 'hint', id: `${id}-hint`}, hint),
    error,
  );
}

export function text_input(name, {type = 'text', ...attributes} = {}) {
  return h('input', {name, type, autocomplete: 'off', spellcheck: 'false', ...attributes});
}

export function text_field(label, name, {hint, ...attributes} = {}) {
  return field(label, text_input(name, attributes), {hint});
}

// options: [[value, label], …]
export function select_input(name, options, {value, ...attributes} = {}) {
  const select = h(
    'select',
    {name, ...attributes},
    options.map(([key, text]) => h('option', {value: key}, text)),
  );
  if (value !== undefined && value !== null) select.value = value;
  return select;
}

export function select_field(label, name, options, {hint, ...attributes} = {}) {
  return field(label, select_input(name, options, attributes), {hint});
}

export function currency_field(attributes = {}) {
  const options = currencies.map((currency) => [currency, currency.toUpperCase()]);
  return select_field('Currency', 'currency', options, {value: 'usd', ...attributes});
}

export function check_field(label, name, {checked = false, testid, hint} = {}) {
  const control = h('input', {type: 'checkbox', name, checked, testid});
  return h(
    'div',
    {class: 'field check', 'data-param': name},
    h('label', {}, control, ' ', label),
    hint && h('p', {class: 'hint'}, hint),
    h('p', {class: 'field-error', hidden: true}),
  );
}

// Radio buttons; options: [[value, label, hint?], …]
export function choice(legend, name, options, {value, on_change, wide = false} = {}) {
  const group = fresh_id(name);
  return h(
    'fieldset',
    {class: wide ? 'choice wide' : 'choice', 'data-param': name},
    h('legend', {}, legend),
    options.map(([key, label, hint]) => {
      const id = fresh_id('option');
      return h(
        'label',
        {class: 'option'},
        h('input', {
          type: 'radio',
          name: group,
          value: key,
          checked: key === value,
          testid: `${name}-${key}`,
          'aria-labelledby': `${id}-label`,
          'aria-describedby': hint ? `${id}-hint` : null,
          on: {change: () => on_change?.(key)},
        }),
        h(
          'span',
          {},
          h('strong', {id: `${id}-label`}, label),
          hint && h('small', {id: `${id}-hint`}, hint),
        ),
      );
    }),
    h('p', {class: 'field-error', hidden: true}),
  );
}

// What the named control holds; null where it is empty or absent.
export function value_of(form, name) {
  const control = form.querySelector(`[name="${CSS.escape(name)}"]`);
  if (!control) return null;
  if (control.type === 'checkbox') return control.checked;
  const text = control.value.trim();
  return text === '' ? null : text;
}

export function clear_errors(form) {
  for (const error of form.querySelectorAll('.field-error')) {
    error.hidden = true;
    error.textContent = '';
  }
  for (const control of form.querySelectorAll('[aria-invalid]')) {
    control.removeAttribute('aria-invalid');
    control.removeAttribute('aria-describedby');
  }
  const alert = form.querySelector('.form-error');
  if (alert) alert.hidden = true;
}

// "tiers[0][up_to]" is shown there, else beside tiers[0], else beside tiers.
function place_of(form, param) {
  for (let name = param; name; name = name.replace(/\[[^\]]*\]$|^[^[]*$/, '')) {
    const place = form.querySelector(`[data-param="${CSS.escape(name)}"]`);
    if (place) return place;
  }
  return null;
}

export function show_error(form, error) {
  clear_errors(form);
  const place = error.param ? place_of(form, error.param) : null;
  const slot = place?.querySelector('.field-error');
  if (!slot) {
    const alert = form.querySelector('.form-error');
    alert.textContent = error.param ? `${error.message} (${error.param})` : error.message;
    alert.hidden = false;
    return;
  }
  slot.textContent = error.message;
  slot.hidden = false;
  slot.id ||= fresh_id('error');
  const control = place.querySelector('input, select, textarea');
  if (!control) return;
  control.setAttribute('aria-invalid', 'true');
  control.setAttribute('aria-describedby', slot.id);
  control.focus();
}

export const error_slot = () =>
  h('p', {class: 'form-error', role: 'alert', hidden: true, testid: 'form-error'});

// "Show as curl": a button and what it opens. `steps` is asked each time.
export function curl_view(steps) {
  const box = h('div', {class: 'curl', hidden: true});
  const toggle = button('Show as curl', {
    kind: 'quiet',
    testid: 'show-as-curl',
    'aria-expanded': 'false',
    action: () => {
      box.hidden = !box.hidden;
      toggle.setAttribute('aria-expanded', String(!box.hidden));
      draw();
    },
  });
  const draw = () => {
    if (box.hidden) return;
    let text;
    try {
      text = steps_as_curl(steps());
    } catch (error) {
      text = `# ${error.message}`;
    }
    box.replaceChildren(code_block(text, {testid: 'curl'}));
  };
  return {toggle, box, draw};
}

// `steps()` gives what is to be sent, `done(answers)` is called afterwards, `cancel` closes.
// `shown()` is what curl shows, where that differs; `finished` remembers steps over several forms;
// `extra` is another button.
export function form(
  {
    testid,
    submit,
    kind = 'primary',
    steps,
    shown = steps,
    done,
    cancel,
    on_error,
    extra,
    finished = new Map(),
  },
  ...content
) {
  const curl = curl_view(() => shown());
  const submitter = button(submit, {kind, type: 'submit', testid: 'submit'});
  const send = async (event) => {
    event.preventDefault();
    clear_errors(element);
    submitter.disabled = true;
    try {
      const answers = await play(steps(), finished);
      await done(answers);
      check();
    } catch (error) {
      show_error(element, error);
      on_error?.(error);
    } finally {
      submitter.disabled = false;
    }
  };
  const element = h(
    'form',
    {class: 'form', novalidate: true, testid, on: {submit: send, input: curl.draw}},
    content,
    error_slot(),
    h(
      'div',
      {class: 'form-end'},
      curl.toggle,
      h(
        'div',
        {class: 'actions'},
        extra,
        cancel && button('Cancel', {testid: 'cancel', action: cancel}),
        submitter,
      ),
    ),
    curl.box,
  );
  return element;
}
