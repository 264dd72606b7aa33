// The meter of a usage-based price: one that is there, or one made in place.
import {h} from '../core/dom.js';
import {field, select_input} from './form.js';
import {open_meter_dialog} from './meter_form.js';
import {button} from './parts.js';

export function meter_field(draft, meters, redraw) {
  const options = [['', meters.length ? 'Choose a meter' : 'No meter yet']].concat(
    meters.map((meter) => [meter.id, `${meter.display_name} (${meter.event_name})`]),
  );
  const select = select_input('recurring[meter]', options, {value: draft.meter, testid: 'meter'});
  select.addEventListener('change', () => (draft.meter = select.value));
  const create = () =>
    open_meter_dialog({
      done: (meter) => {
        meters.push(meter);
        draft.meter = meter.id;
        redraw();
      },
    });
  return h(
    'div',
    {class: 'stack'},
    field('Meter', select, {hint: 'Counts the usage that this price bills.'}),
    h(
      'div',
      {},
      button('Create a new meter', {kind: 'small', testid: 'create-new-meter', action: create}),
    ),
  );
}
