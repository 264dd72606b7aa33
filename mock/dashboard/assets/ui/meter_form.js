// Creating a meter: a dialog, from the meters' page and from inside of a price.
import {h} from '../core/dom.js';
import {choice, select_field, text_field, value_of} from './form.js';
import {action_dialog} from './dialog.js';

// "Hypernian API tokens" as hypernian_api_tokens.
const event_name_of = (name) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');

export function open_meter_dialog({name = '', done}) {
  let formula = 'sum';
  let dialog = null;
  const read = (field_name) => value_of(dialog, field_name);
  const event_name = text_field('Event name', 'event_name', {
    testid: 'meter-event-name',
    hint: 'What usage is reported under.',
  });
  const event_input = event_name.querySelector('input');
  const display_name = text_field('Meter name', 'display_name', {
    value: name,
    testid: 'meter-name',
  });
  let is_own = false;
  event_input.addEventListener('input', () => (is_own = event_input.value !== ''));
  const display_input = display_name.querySelector('input');
  const follow = () => {
    if (!is_own) event_input.value = event_name_of(display_input.value);
  };
  display_input.addEventListener('input', follow);
  follow();
  dialog = action_dialog({
    title: 'Create a meter',
    submit: 'Create meter',
    testid: 'create-meter',
    fields: [
      h('div', {class: 'row'}, display_name, event_name),
      choice(
        'Aggregation method',
        'default_aggregation[formula]',
        [
          ['sum', 'Sum', 'of the values'],
          ['count', 'Count', 'of the events'],
          ['last', 'Last', 'value of the period'],
        ],
        {value: formula, on_change: (picked) => (formula = picked), wide: true},
      ),
      select_field('Event time window', 'event_time_window', [
        ['', 'None: every event counts'],
        ['hour', 'The last event of each hour counts'],
        ['day', 'The last event of each day counts'],
      ]),
    ],
    steps: () => [
      {
        path: '/v1/billing/meters',
        params: {
          display_name: read('display_name'),
          event_name: read('event_name'),
          default_aggregation: {formula},
          event_time_window: read('event_time_window'),
        },
        save: 'METER_ID',
      },
    ],
    done: ([meter]) => done(meter),
  });
  return dialog;
}
