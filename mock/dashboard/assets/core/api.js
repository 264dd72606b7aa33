// The public API and the control paths, as any client would use them.
import {current_key} from './account.js';

export class ApiError extends Error {
  constructor(status, body) {
    const error = body?.error ?? {};
    super(error.message ?? `The server answered ${status}.`);
    this.status = status;
    this.code = error.code ?? null;
    this.param = error.param ?? null;
    this.type = error.type ?? null;
  }
}

// {a: {b: [1, {c: 2}]}} as [["a[b][0]", 1], ["a[b][1][c]", 2]]; null and undefined are left out.
export function pairs_of(params, prefix = '') {
  const pairs = [];
  for (const [name, value] of Object.entries(params ?? {})) {
    const key = prefix ? `${prefix}[${name}]` : name;
    if (value === null || value === undefined) continue;
    if (typeof value === 'object') {
      pairs.push(...pairs_of(value, key));
    } else {
      pairs.push([key, String(value)]);
    }
  }
  return pairs;
}

// What this page asked for, for "show as curl".
let sent = [];
export const sent_requests = () => sent;
export function forget_sent() {
  sent = [];
}

export const preview_path = '/v1/invoices/create_preview';

// The account's default version may be an old one; the pages read the newest shapes.
let newest_version = null;
async function version() {
  newest_version ??= (await (await fetch('/_okapi/health')).json()).api_version;
  return newest_version;
}

async function answer_of(method, path, options) {
  const headers = {
    Authorization: `Bearer ${current_key()}`,
    'Stripe-Version': await version(),
  };
  // Keeps what is merely looked at here out of the request log.
  if (method === 'GET' || path === preview_path) headers['Okapi-Dashboard'] = 'looks';
  if (options.body !== undefined) headers['Content-Type'] = options.type;
  const response = await fetch(path, {method, headers, body: options.body});
  if (response.ok) return response;
  let body = null;
  try {
    body = await response.json();
  } catch {
    // Nothing readable: the status has to do.
  }
  throw new ApiError(response.status, body);
}

export async function request(method, path, params) {
  const pairs = pairs_of(params);
  const encoded = new URLSearchParams(pairs).toString();
  if (!path.startsWith('/_okapi/') && sent.length < 100) sent.push({method, path, params});
  const response =
    method === 'POST'
      ? await answer_of(method, path, {
          body: encoded,
          type: 'application/x-www-form-urlencoded',
        })
      : await answer_of(method, encoded ? `${path}?${encoded}` : path, {});
  return response.json();
}

export const get = (path, params) => request('GET', path, params);
export const post = (path, params) => request('POST', path, params);

export async function text_of(path) {
  return (await answer_of('GET', path, {})).text();
}

export async function put_file(path, body) {
  return (await answer_of('PUT', path, {body, type: 'application/x-ndjson'})).json();
}

// The rows of a list, page after page, up to `most`.
export async function list_all(path, params = {}, most = 1000) {
  const rows = [];
  for (let after = null; ;) {
    const page = await get(path, {limit: 100, ...params, starting_after: after});
    rows.push(...page.data);
    if (!page.has_more || rows.length >= most) return rows;
    after = page.data.at(-1).id;
  }
}

// null instead of the refusal that nothing is there.
export async function if_there(promise) {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}
