// Notices what happened on the server without holding a connection: a short question every second
// or two, by cursor. The question is the newest event and the newest request, and what time it is.
import {get} from './api.js';

const pause_ms = 1500;
const listeners = {change: new Set(), clock: new Set(), lost: new Set()};
let last = null;
let clock = null;
let timer = null;
let watched = null;

export const now = () => clock?.now ?? Math.floor(Date.now() / 1000);
export const current_clock = () => clock;

// Calls back on "change" (something happened), "clock" (with the clock) and "lost" (with whether
// the server is out of reach).
export function listen(kind, listener) {
  listeners[kind].add(listener);
}

function tell(kind, value) {
  for (const listener of listeners[kind]) listener(value);
}

// A page that shows more than events and requests tell gives a cursor of its own: a function to a
// promise of text, or null.
export function watch(cursor) {
  watched = cursor ?? null;
}

async function look() {
  const asked = watched;
  const [events, requests, found, cursor] = await Promise.all([
    get('/_okapi/events', {limit: 1}),
    get('/_okapi/requests', {limit: 1}),
    get('/_okapi/clock'),
    asked?.(),
  ]);
  // The page was left meanwhile.
  if (asked !== watched) return;
  const seen = `${events.data[0]?.id} ${requests.data[0]?.id} ${cursor}`;
  const moved = clock && clock.frozen && found.frozen && clock.now !== found.now;
  const changed = last !== null && (seen !== last || moved);
  last = seen;
  clock = found;
  tell('clock', clock);
  if (changed) tell('change', null);
}

// Asks now, also when the next question is not due yet.
export async function check() {
  clearTimeout(timer);
  try {
    if (!document.hidden) await look();
    tell('lost', false);
  } catch {
    tell('lost', true);
  }
  clearTimeout(timer);
  timer = setTimeout(check, pause_ms);
}

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) check();
});
