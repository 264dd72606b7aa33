// What time it is for the account, and the ways to let it pass: the server's clock, or one of
// Stripe's test clocks.
import {get, post, list_all} from '../core/api.js';
import {h} from '../core/dom.js';
import {due_text} from '../core/due_words.js';
import {check, current_clock, listen, now} from '../core/live.js';
import {refresh} from '../core/router.js';
import {as_curl} from '../core/steps.js';
import {day, distance, hour, time_text, to_time_input, from_input} from '../core/time.js';
import {action_dialog, open_dialog} from './dialog.js';
import {text_field, value_of} from './form.js';
import {button, code_block} from './parts.js';

const server_clock = '';
let test_clocks = [];
let chosen = server_clock;

const test_clock = () => test_clocks.find((clock) => clock.id === chosen);
const time_now = () => test_clock()?.frozen_time ?? now();

function step_to(at) {
  return test_clock()
    ? {path: `/v1/test_helpers/test_clocks/${chosen}/advance`, params: {frozen_time: at}}
    : {path: '/_okapi/clock', params: {to: at}};
}

// A test clock is busy until it is ready again.
async function settled(id) {
  for (let tries = 0; tries < 200; ++tries) {
    const clock = await get(`/v1/test_helpers/test_clocks/${id}`);
    if (clock.status !== 'advancing') return;
  }
}

async function move_to(at) {
  const step = step_to(at);
  await post(step.path, step.params);
  if (test_clock()) await settled(chosen);
  await check();
  await refresh();
}

async function end_of_period() {
  const rows = await list_all('/v1/subscriptions', {});
  const ends = rows
    .filter((row) => (row.test_clock ?? server_clock) === chosen)
    .flatMap((row) => row.items.data.map((item) => item.current_period_end))
    .filter((end) => end > time_now());
  return ends.length ? Math.min(...ends) : null;
}

function say(title, text) {
  open_dialog(title, h('p', {}, text));
}

async function to_period_end() {
  const at = await end_of_period();
  if (at === null) say('No period', 'No subscription of this clock has a period that ends.');
  else await move_to(at);
}

async function to_next_due() {
  const due = current_clock()?.next_due;
  if (!due) say('Nothing is due', 'Nothing waits for its time on the server’s clock.');
  else await move_to(due.at);
}

function to_a_time() {
  action_dialog({
    title: 'Move the clock',
    submit: 'Move',
    testid: 'move-clock',
    text: 'What falls due on the way happens, in its order. Time is UTC.',
    fields: text_field('To', 'to', {
      type: 'datetime-local',
      value: to_time_input(time_now()),
      testid: 'clock-to',
    }),
    steps: () => [step_to(from_input(value_of(document, 'to')))],
    done: async () => {
      if (test_clock()) await settled(chosen);
      await check();
      await refresh();
    },
  });
}

function show_curl() {
  const steps = [
    ['An hour', {advance: '1h'}],
    ['A day', {advance: '1d'}],
    ['A month', {advance: '1mo'}],
  ];
  const text = test_clock()
    ? as_curl(step_to(time_now() + day))
    : steps
        .map(([label, params]) => `# ${label}\n${as_curl({path: '/_okapi/clock', params})}`)
        .join('\n\n');
  open_dialog('The clock as curl', code_block(text), {wide: true});
}

// One move at a time: the buttons rest while the server works.
function mover(label, testid, run) {
  return button(label, {
    kind: 'small',
    testid,
    action: async (event) => {
      const bar = event.target.closest('.clock');
      bar.setAttribute('aria-busy', 'true');
      try {
        await run();
      } catch (error) {
        say('The clock did not move', error.message);
      } finally {
        bar.removeAttribute('aria-busy');
      }
    },
  });
}

function picker(draw) {
  const select = h('select', {
    'aria-label': 'Which clock',
    testid: 'clock-picker',
    hidden: true,
    on: {
      change: () => {
        chosen = select.value;
        draw();
      },
    },
  });
  return select;
}

export function clock_bar() {
  const time = h('time', {testid: 'clock-now'});
  const next = h('span', {class: 'next-due', testid: 'clock-next'});
  const draw = () => {
    time.textContent = time_text(time_now());
    const due = chosen === server_clock ? current_clock()?.next_due : null;
    next.textContent = due ? `Next: ${due_text(due)} ${distance(due.at, time_now())}` : '';
    next.title = due ? `${due_text(due)}: ${due.id}` : '';
    due_button.hidden = chosen !== server_clock;
  };
  const select = picker(draw);
  const due_button = mover('Next due', 'clock-next-due', to_next_due);
  const look_for_test_clocks = async () => {
    test_clocks = await list_all('/v1/test_helpers/test_clocks').catch(() => []);
    if (!test_clock()) chosen = server_clock;
    const options = [[server_clock, 'Server clock']].concat(
      test_clocks.map((clock) => [clock.id, clock.name || clock.id]),
    );
    select.replaceChildren(...options.map(([value, text]) => h('option', {value}, text)));
    select.value = chosen;
    select.hidden = test_clocks.length === 0;
    draw();
  };
  listen('clock', draw);
  listen('change', look_for_test_clocks);
  look_for_test_clocks();
  return h(
    'div',
    {class: 'clock', role: 'region', 'aria-label': 'Clock', testid: 'clock'},
    h(
      'div',
      {class: 'clock-time'},
      select,
      h(
        'button',
        {
          type: 'button',
          class: 'clock-now',
          title: 'Move the clock',
          testid: 'clock-set',
          on: {click: to_a_time},
        },
        time,
        h('small', {}, 'UTC'),
      ),
      next,
    ),
    h(
      'div',
      {class: 'clock-moves'},
      mover('+1 hour', 'clock-hour', () => move_to(time_now() + hour)),
      mover('+1 day', 'clock-day', () => move_to(time_now() + day)),
      mover('End of period', 'clock-period', to_period_end),
      due_button,
      button('curl', {kind: 'small quiet', name: 'The clock as curl', action: show_curl}),
    ),
    h('span', {class: 'no-money', testid: 'no-money'}, 'no money moves'),
  );
}
