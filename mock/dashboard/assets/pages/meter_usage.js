// Adding usage by hand: one meter event.
import {h} from '../core/dom.js';
import {now} from '../core/live.js';
import {from_input, to_time_input} from '../core/time.js';
import {refresh} from '../core/router.js';
import {action_button} from '../ui/dialog.js';
import {check_field, field, select_field, text_field, text_input, value_of} from '../ui/form.js';

// meters: objects; customers: [[id, label], …].
export function add_usage_button({meters, customers, chosen, kind = ''}) {
  const read = (name) => value_of(document.querySelector('dialog'), name);
  const meter_of = (event_name) => meters.find((meter) => meter.event_name === event_name);
  const fields = () => {
    const at = field(
      'Timestamp (UTC)',
      text_input('timestamp', {type: 'datetime-local', value: to_time_input(now())}),
    );
    at.hidden = true;
    const at_a_time = check_field('At a time of its own', 'own_time', {testid: 'own-time'});
    at_a_time.querySelector('input').addEventListener('change', (event) => {
      at.hidden = !event.target.checked;
    });
    return [
      select_field(
        'Meter',
        'event_name',
        meters.map((meter) => [meter.event_name, meter.display_name]),
        {testid: 'usage-meter'},
      ),
      select_field('Customer', 'payload[stripe_customer_id]', customers, {
        value: chosen,
        testid: 'usage-customer',
      }),
      h(
        'div',
        {class: 'row'},
        text_field('Value', 'payload[value]', {inputmode: 'decimal', testid: 'usage-value'}),
        text_field('Identifier', 'identifier', {placeholder: 'made up if empty'}),
      ),
      at_a_time,
      at,
    ];
  };
  const steps = () => {
    const meter = meter_of(read('event_name'));
    const value = (read('payload[value]') ?? '').replaceAll(',', '');
    return [
      {
        path: '/v1/billing/meter_events',
        params: {
          event_name: meter.event_name,
          payload: {
            [meter.customer_mapping.event_payload_key]: read('payload[stripe_customer_id]'),
            [meter.value_settings.event_payload_key]: value,
          },
          identifier: read('identifier'),
          timestamp: read('own_time') ? from_input(read('timestamp')) : null,
        },
      },
    ];
  };
  return action_button('Add usage', {testid: 'add-usage', fields, steps, done: refresh}, {kind});
}
