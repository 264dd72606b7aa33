// The object that Stripe('pk_test_…') gives.
class StripeInstance {
  constructor(key, options) {
    if (typeof key !== 'string' || !key.startsWith('pk_')) {
      throw new Error('Stripe() wants a publishable key: one that begins with pk_test_.');
    }
    this._api = new Api(key, options);
    this._keyMode = 'test';
  }

  elements(options) {
    return new Elements(this._api, options);
  }

  // From an Element, from Elements, or from {token: 'tok_…'}; or the id that is given.
  async _payment_method(given, details = {}) {
    if (typeof given === 'string') return {id: given};
    const elements = given instanceof Element ? given._elements : given;
    if (!(elements instanceof Elements)) return this._method_of({card: given, ...details});
    const error = elements._error();
    if (error) return {error};
    const billing = {...elements._billing(), ...details.billing_details};
    if (Object.keys(billing).length) details = {...details, billing_details: billing};
    return this._method_of({card: elements._card(), ...details});
  }

  async _method_of(params) {
    const {body, error} = await this._api.post('/v1/payment_methods', {type: 'card', ...params});
    return error ? {error} : {id: body.id, paymentMethod: body};
  }

  async createPaymentMethod(given, card, more) {
    // Three ways of calling it have been documented over time.
    const asked = typeof given === 'string' ? {card, ...more} : given;
    const source = asked.elements || asked.card;
    const {billing_details, metadata} = asked.params || asked;
    const made = await this._payment_method(source, {billing_details, metadata});
    return made.error ? {error: made.error} : {paymentMethod: made.paymentMethod};
  }

  async createToken(element, data = {}) {
    const error = element._elements._error();
    if (error) return {error};
    const card = {...element._elements._card(), ...data};
    const made = await this._api.post('/v1/tokens', {card});
    return made.error ? {error: made.error} : {token: made.body};
  }

  async createSource(element) {
    const error = element._elements._error();
    if (error) return {error};
    const made = await this._api.post('/v1/sources', {type: 'card', card: element._elements._card()});
    return made.error ? {error: made.error} : {source: made.body};
  }

  async createConfirmationToken({elements, params = {}}) {
    const method = await this._payment_method(elements, params.payment_method_data);
    if (method.error) return {error: method.error};
    const made = await this._api.post('/v1/test_helpers/confirmation_tokens', {
      payment_method: method.id,
      return_url: params.return_url,
    });
    return made.error ? {error: made.error} : {confirmationToken: made.body};
  }

  async _confirm_card(secret, data = {}, options = {}) {
    const {payment_method, return_url, ...params} = data;
    const intent = intent_of(secret);
    if (payment_method) {
      const {card, ...details} = typeof payment_method === 'string' ? {} : payment_method;
      const made = await this._payment_method(card || payment_method, details);
      if (made.error) return {error: made.error};
      params.payment_method = made.id;
    }
    return confirm_intent(this._api, intent, params, options.handleActions !== false);
  }

  confirmCardPayment(secret, data, options) {
    return this._confirm_card(secret, data, options);
  }

  confirmCardSetup(secret, data, options) {
    return this._confirm_card(secret, data, options);
  }

  async _confirm({elements, clientSecret, confirmParams = {}, redirect = 'always'}) {
    const intent = intent_of(clientSecret || elements._options.clientSecret);
    const {return_url, payment_method_data, confirmation_token, ...params} = confirmParams;
    if (confirmation_token) {
      params.confirmation_token = confirmation_token;
    } else if (elements) {
      const made = await this._payment_method(elements, payment_method_data);
      if (made.error) return {error: made.error};
      params.payment_method = made.id;
      const shipping = elements._address('shipping');
      if (shipping && intent.field === 'payment_intent') params.shipping = shipping;
    }
    const result = await confirm_intent(this._api, intent, params, true);
    if (result.error || redirect === 'if_required' || !return_url) return result;
    const back = new URL(return_url, location.href);
    back.searchParams.set(intent.field, intent.id);
    back.searchParams.set(`${intent.field}_client_secret`, intent.secret);
    back.searchParams.set('redirect_status', 'succeeded');
    location.assign(back);
    return new Promise(() => {});
  }

  confirmPayment(options) {
    return this._confirm(options);
  }

  confirmSetup(options) {
    return this._confirm(options);
  }

  async handleNextAction({clientSecret}) {
    const intent = intent_of(clientSecret);
    const now = await retrieve_intent(this._api, intent);
    return now.error ? now : follow_action(this._api, intent, now[intent.name]);
  }

  handleCardAction(clientSecret) {
    return this.handleNextAction({clientSecret});
  }

  retrievePaymentIntent(secret) {
    return retrieve_intent(this._api, intent_of(secret));
  }

  retrieveSetupIntent(secret) {
    return retrieve_intent(this._api, intent_of(secret));
  }

  async redirectToCheckout({sessionId}) {
    const {body, error} = await this._api.get(`/v1/payment_pages/${sessionId}`);
    if (error) return {error};
    location.assign(body.page_url);
    return new Promise(() => {});
  }

  initEmbeddedCheckout(options) {
    return open_embedded(this._api, options);
  }

  createEmbeddedCheckoutPage(options) {
    return open_embedded(this._api, options);
  }

  initCheckoutElementsSdk(options) {
    return new CheckoutSdk(this._api, options);
  }

  // The older name: asks for the secret itself, and gives the actions with the session.
  async initCheckout({fetchClientSecret, ...options}) {
    const secret = fetchClientSecret ? fetchClientSecret() : options.clientSecret;
    const checkout = new CheckoutSdk(this._api, {...options, clientSecret: secret});
    const {actions, error} = await checkout.loadActions();
    if (error) throw new Error(error.message);
    return Object.assign(checkout, actions, {session: actions.getSession});
  }

  // No wallet is ever there.
  paymentRequest() {
    return {canMakePayment: async () => null, on() {}, off() {}, show() {}, update() {}};
  }

  registerAppInfo() {}

  _registerWrapper() {}
}

const Stripe = function Stripe(key, options) {
  return new StripeInstance(key, options);
};
Stripe.version = version;
Stripe.okapi = true;
window.Stripe = Stripe;
