// Stands in for Stripe.js: sets window.Stripe before the real one would load, talks to the server that
// it came from, and draws plain fields. Card data goes nowhere but there.
const own_script = document.currentScript;
const base = new URL(own_script ? own_script.src : location.href).origin;
// "/endive/stripe.js" is of the release train endive, "/v3/" is what Stripe calls 3.
const train = /\/([a-z]+)\/stripe\.js/.exec(own_script ? own_script.src : '');
const version = train && train[1] !== 'v3' ? train[1] : 3;

// {a: {b: 1}, c: [2]} as the pairs a[b]=1, c[0]=2; what is undefined is left out.
function flatten(value, name, pairs) {
  if (value === undefined || value === null) return pairs;
  if (typeof value !== 'object') {
    pairs.append(name, String(value));
    return pairs;
  }
  for (const [key, member] of Object.entries(value)) {
    flatten(member, name ? `${name}[${key}]` : key, pairs);
  }
  return pairs;
}

class Api {
  constructor(key, options = {}) {
    this.key = key;
    this.account = options.stripeAccount;
  }

  // The object, or the error hash of the API: {body} or {error}.
  async send(method, path, params = {}) {
    const pairs = flatten(params, '', new URLSearchParams()).toString();
    const headers = {Authorization: `Bearer ${this.key}`};
    if (this.account) headers['Stripe-Account'] = this.account;
    const asks = method === 'GET' && pairs;
    if (method === 'POST') headers['Content-Type'] = 'application/x-www-form-urlencoded';
    try {
      const response = await fetch(base + path + (asks ? `?${pairs}` : ''), {
        method,
        headers,
        body: method === 'POST' ? pairs : undefined,
      });
      const body = await response.json();
      return response.ok ? {body} : {error: body.error};
    } catch (reason) {
      return {error: {type: 'api_connection_error', message: String(reason)}};
    }
  }

  get(path, params) {
    return this.send('GET', path, params);
  }

  post(path, params) {
    return this.send('POST', path, params);
  }
}

// "pi_1_secret_2" is the secret of pi_1.
function intent_of(secret) {
  const id = String(secret).split('_secret_')[0];
  if (!/^(pi|seti)_/.test(id)) {
    throw new Error(`Invalid value for clientSecret: ${secret} is none of an intent.`);
  }
  const setup = id.startsWith('seti_');
  return {
    id,
    secret,
    path: `/v1/${setup ? 'setup' : 'payment'}_intents/${id}`,
    name: setup ? 'setupIntent' : 'paymentIntent',
    field: setup ? 'setup_intent' : 'payment_intent',
  };
}

function validation_error(code, message) {
  return {type: 'validation_error', code, message};
}
