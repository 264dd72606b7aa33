// Update, pause and cancel.
import {now} from '../core/live.js';
import {add_months, from_input, to_time_input} from '../core/time.js';
import {action_button} from '../ui/dialog.js';
import {check_field, choice, field, select_field, text_input, value_of} from '../ui/form.js';
import {button_link} from '../ui/parts.js';
import {h} from '../core/dom.js';

const read = (name) => value_of(document.querySelector('dialog'), name);

// A radio choice whose last option takes a date.
function dated_choice(legend, name, options, on_change) {
  const date = field(
    'On (UTC)',
    text_input(`${name}_date`, {
      type: 'datetime-local',
      value: to_time_input(add_months(now(), 1)),
    }),
  );
  date.hidden = true;
  const group = choice(legend, name, options, {
    value: options[0][0],
    on_change: (picked) => {
      date.hidden = picked !== 'date';
      on_change(picked);
    },
  });
  return h('div', {class: 'stack'}, group, date);
}

function cancel_button(subscription) {
  let when = 'period_end';
  const path = `/v1/subscriptions/${subscription.id}`;
  return action_button(
    'Cancel',
    {
      title: 'Cancel subscription',
      submit: 'Cancel subscription',
      kind: 'danger',
      testid: 'cancel-subscription',
      fields: () => {
        when = 'period_end';
        const now_only = h(
          'div',
          {class: 'stack', hidden: true},
          check_field('Invoice usage and pending items now', 'invoice_now', {
            testid: 'invoice-now',
          }),
          check_field('Credit the time that is left', 'prorate'),
        );
        return [
          dated_choice(
            'When',
            'cancel_at',
            [
              ['period_end', 'At the end of the period'],
              ['now', 'Immediately'],
              ['date', 'On a date'],
            ],
            (picked) => {
              when = picked;
              now_only.hidden = picked !== 'now';
            },
          ),
          now_only,
        ];
      },
      steps: () => {
        if (when === 'now') {
          const params = {
            invoice_now: read('invoice_now') || null,
            prorate: read('prorate') || null,
          };
          return [{method: 'DELETE', path, params}];
        }
        const params =
          when === 'date'
            ? {cancel_at: from_input(read('cancel_at_date'))}
            : {cancel_at_period_end: true};
        return [{path, params}];
      },
      done: () => {},
    },
    {kind: 'danger'},
  );
}

function keep_button(subscription) {
  return action_button('Do not cancel', {
    title: 'Keep this subscription',
    testid: 'keep-subscription',
    steps: () => [
      {
        path: `/v1/subscriptions/${subscription.id}`,
        params: subscription.cancel_at_period_end ? {cancel_at_period_end: false} : {cancel_at: ''},
      },
    ],
    done: () => {},
  });
}

function pause_button(subscription) {
  let until = 'open';
  return action_button('Pause', {
    title: 'Pause collection',
    submit: 'Pause collection',
    testid: 'pause-subscription',
    text: 'Periods go on; their invoices are not collected.',
    fields: () => {
      until = 'open';
      return [
        select_field('Meanwhile', 'pause_collection[behavior]', [
          ['void', 'Void the invoices'],
          ['keep_as_draft', 'Keep them as drafts'],
          ['mark_uncollectible', 'Mark them uncollectible'],
        ]),
        dated_choice(
          'Until',
          'pause_collection[resumes_at]',
          [
            ['open', 'Somebody resumes it'],
            ['date', 'A date'],
          ],
          (picked) => (until = picked),
        ),
      ];
    },
    steps: () => [
      {
        path: `/v1/subscriptions/${subscription.id}`,
        params: {
          pause_collection: {
            behavior: read('pause_collection[behavior]'),
            resumes_at:
              until === 'date' ? from_input(read('pause_collection[resumes_at]_date')) : null,
          },
        },
      },
    ],
    done: () => {},
  });
}

function resume_button(subscription) {
  const paused = subscription.status === 'paused';
  const path = `/v1/subscriptions/${subscription.id}`;
  return action_button('Resume', {
    testid: 'resume-subscription',
    steps: () => [paused ? {path: `${path}/resume`} : {path, params: {pause_collection: ''}}],
    done: () => {},
  });
}

function end_trial_button(subscription) {
  return action_button('End trial', {
    title: 'End the trial now',
    submit: 'End trial',
    testid: 'end-trial',
    steps: () => [{path: `/v1/subscriptions/${subscription.id}`, params: {trial_end: 'now'}}],
    done: () => {},
  });
}

export function subscription_actions(subscription) {
  const paused = subscription.pause_collection || subscription.status === 'paused';
  return [
    button_link(`/subscriptions/${subscription.id}/update`, 'Update', {
      kind: 'primary',
      testid: 'update-subscription',
    }),
    subscription.status === 'trialing' && end_trial_button(subscription),
    paused ? resume_button(subscription) : pause_button(subscription),
    subscription.cancel_at ? keep_button(subscription) : cancel_button(subscription),
  ];
}
