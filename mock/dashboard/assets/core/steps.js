// An action is a list of steps, each one request; a later one names what an earlier one made as
// {{NAME}}. The same list is played against the server and shown as curl.
import {current_key} from './account.js';
import {pairs_of, request} from './api.js';

const holes = /\{\{([A-Z0-9_]+)\}\}/g;

function filled(value, made) {
  if (typeof value === 'string') return value.replace(holes, (hole, name) => made[name] ?? hole);
  if (Array.isArray(value)) return value.map((entry) => filled(entry, made));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [name, filled(entry, made)]),
  );
}

// Plays the steps in order and gives their answers. `done` remembers the steps that succeeded, so
// that an action that was refused half way and is sent again, mended, does nothing twice.
export async function play(steps, done = new Map()) {
  const made = {};
  const answers = [];
  for (const step of steps) {
    const {method = 'POST', save} = step;
    const path = filled(step.path, made);
    const params = filled(step.params, made);
    const name = JSON.stringify([method, path, params, save]);
    try {
      if (!done.has(name)) done.set(name, await request(method, path, params));
    } catch (error) {
      error.step = step;
      throw error;
    }
    const answer = done.get(name);
    if (save) made[save] = answer.id;
    answers.push(answer);
  }
  return answers;
}

function in_shell(text) {
  return /^[\w.,:/@=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function option(method, [name, value]) {
  const plain = /^[\w.,:/ -]*$/.test(value) || /^\{\{\w+\}\}$/.test(value);
  return `${plain ? '-d' : '--data-urlencode'} ${in_shell(`${name}=${value}`)}`;
}

export function as_curl({method = 'POST', path, params, save}) {
  const parts = [`curl ${in_shell(location.origin + path)}`, `-u ${in_shell(`${current_key()}:`)}`];
  const options = pairs_of(params).map((pair) => option(method, pair));
  if (method === 'GET' && options.length) parts[0] = parts[0].replace('curl', 'curl -G');
  if (method === 'DELETE' || (method === 'POST' && !options.length)) parts.push(`-X ${method}`);
  const text = [...parts, ...options].join(' \\\n  ');
  return save ? `${text}\n# its id is {{${save}}}` : text;
}

export const steps_as_curl = (steps) => steps.map(as_curl).join('\n\n');
