// The Stripe CLI as a child process: each test has a key, which is an account, and a home of its own.
import {spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const binary = process.env.OKAPI_STRIPE_CLI ?? 'stripe';
// Not "localhost": the CLI refuses that name.
export const url = (process.env.OKAPI_URL ?? 'http://127.0.0.1:12111').replace('localhost', '127.0.0.1');

export const newKey = () => `sk_test_${randomUUID().replaceAll('-', '')}`;
export const newHome = () => mkdtemp(join(tmpdir(), 'okapi-stripe-cli-'));

// Until `expected` stands in its output; then it can be stopped.
export class Running {
  constructor(args, {key, home}) {
    const environment = {
      ...process.env,
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      STRIPE_CLI_TELEMETRY_OPTOUT: '1',  // or it waits for Stripe's host now and then
    };
    if (key) environment.STRIPE_API_KEY = key;
    this.output = '';
    this.waiting = [];
    this.child = spawn(binary, ['--color', 'off', ...args], {env: environment});
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.on('data', (text) => this.#take(String(text)));
    }
    this.ended = new Promise((resolve) => {
      this.child.on('close', (code) => {
        resolve(code);
        for (const {pattern, reject} of this.waiting) {
          reject(new Error(`ended without ${pattern}:\n${this.output}`));
        }
      });
    });
  }

  #take(text) {
    this.output += text;
    this.waiting = this.waiting.filter(({pattern, resolve}) => {
      if (!pattern.test(this.output)) return true;
      resolve(this.output);
      return false;
    });
  }

  says(pattern) {
    if (pattern.test(this.output)) return Promise.resolve(this.output);
    return new Promise((resolve, reject) => this.waiting.push({pattern, resolve, reject}));
  }

  async stop() {
    this.child.kill('SIGTERM');
    await this.ended;
  }
}

// To its end; what it printed, and its exit code.
export async function stripe(args, options) {
  const running = new Running(args, options);
  running.child.stdin.end();
  const code = await running.ended;
  return {code, output: running.output};
}

// A command that answers JSON.
export async function ask(args, options) {
  const {code, output} = await stripe([...args, '--api-base', url], options);
  if (code !== 0) throw new Error(`stripe ${args.join(' ')}: exit code ${code}\n${output}`);
  return JSON.parse(output.slice(output.indexOf('{')));
}

// okapi itself, with the key of a test.
export async function okapi(key, path, body) {
  const answer = await fetch(url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {Authorization: `Bearer ${key}`, 'Stripe-Version': '2026-10-28.endive'},
    body: body === undefined ? undefined : new URLSearchParams(body),
  });
  return answer.json();
}
