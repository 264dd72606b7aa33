// Elements: what an application creates, mounts and listens to.
const fields_of_type = {
  card: ['number', 'expiry', 'cvc'],
  payment: ['number', 'expiry', 'cvc'],
  cardNumber: ['number'],
  cardExpiry: ['expiry'],
  cardCvc: ['cvc'],
  address: ['name', 'line1', 'line2', 'city', 'state', 'postal_code', 'country'],
  linkAuthentication: ['email'],
  expressCheckout: [],
};
// Drawn as nothing: there is nothing that it would do here.
const silent_types = ['paymentRequestButton'];
// What the test wallet pays with.
const wallet_card = {number: '4242424242424242', exp_month: '12', exp_year: '2034', cvc: '123'};
const wallets = {
  amazonPay: false,
  applePay: false,
  googlePay: true,
  klarna: false,
  link: false,
  paypal: false,
};

class Element {
  constructor(type, options, elements) {
    this._type = type;
    this._options = options || {};
    this._elements = elements;
    this._listeners = new Map();
    this._inputs = {};
    this._host = null;
  }

  get type() {
    return this._type;
  }

  mount(place) {
    const node = typeof place === 'string' ? document.querySelector(place) : place;
    if (!node) throw new Error(`Invalid value for mount(): ${place} is not in the document.`);
    if (!this._host) this._draw();
    node.append(this._host);
    // Applications listen after they have mounted.
    setTimeout(() => {
      const wallet = this._type === 'expressCheckout';
      this._tell('ready', {
        elementType: this._type,
        ...(wallet ? {availablePaymentMethods: wallets} : {}),
      });
    });
    return this;
  }

  _draw() {
    this._host = document.createElement('div');
    this._host.className = '__PrivateStripeElement';
    const root = this._host.attachShadow({mode: 'open'});
    const style = document.createElement('style');
    style.textContent = field_style;
    const box = document.createElement('div');
    box.className = 'fields';
    for (const name of fields_of_type[this._type] || []) {
      const {label, input} = draw_field(
        name,
        () => this._tell('change', this._state()),
        (event) => this._tell(event, {elementType: this._type}),
      );
      this._inputs[name] = input;
      box.append(label);
    }
    if (this._type === 'payment' || this._type === 'card') {
      const note = document.createElement('p');
      note.className = 'note wide';
      note.textContent = 'Test mode of okapi: no money moves. 4242 4242 4242 4242 succeeds.';
      box.append(note);
    }
    if (this._type === 'expressCheckout') box.append(this._wallet_button());
    root.append(style, box);
  }

  // Stripe: the application answers the click, then is asked to confirm.
  _wallet_button() {
    const pay = document.createElement('button');
    pay.type = 'button';
    pay.className = 'wide';
    pay.dataset.testid = 'stripe-wallet';
    pay.textContent = 'Pay with the test wallet';
    const event = {elementType: this._type, expressPaymentType: 'google_pay'};
    pay.addEventListener('click', () => {
      const confirm = () => {
        this._elements._wallet = true;
        this._tell('confirm', {...event, billingDetails: undefined, paymentFailed: () => {}});
      };
      if (!(this._listeners.get('click') || []).length) return confirm();
      this._tell('click', {
        ...event,
        resolve: confirm,
        reject: () => this._tell('cancel', {elementType: this._type}),
      });
    });
    return pay;
  }

  _text(name) {
    return this._inputs[name].value.trim() || null;
  }

  _value() {
    if (this._type === 'payment') return {type: 'card'};
    if (this._type === 'linkAuthentication') return {email: this._inputs.email.value.trim()};
    if (this._type !== 'address') return {postalCode: ''};
    const country = (this._text('country') || '').toUpperCase();
    const parts = ['line1', 'line2', 'city', 'state', 'postal_code'];
    const address = Object.fromEntries(parts.map((name) => [name, this._text(name)]));
    return {name: this._text('name'), address: {...address, country}};
  }

  // Of an address Element.
  async getValue() {
    const {complete, value} = this._state();
    return {complete, isNewAddress: true, value};
  }

  _state() {
    const names = Object.keys(this._inputs);
    const complete = names.every((name) => known_fields[name].complete(this._inputs[name].value));
    const number = this._inputs.number ? this._inputs.number.value.replace(/\D/g, '') : '';
    return {
      elementType: this._type,
      empty: names.every((name) => !this._inputs[name].value),
      complete,
      collapsed: false,
      error: undefined,
      brand: brand_of(number),
      ...(this._type === 'address' ? {elementMode: this._options.mode, isNewAddress: true} : {}),
      value: this._value(),
    };
  }

  // What is missing, said beside the field; null: nothing.
  _check() {
    for (const [name, input] of Object.entries(this._inputs)) {
      if (known_fields[name].complete(input.value)) continue;
      input.setAttribute('aria-invalid', 'true');
      return validation_error(...known_fields[name].missing);
    }
    return null;
  }

  _tell(event, detail) {
    for (const listener of [...(this._listeners.get(event) || [])]) listener(detail);
  }

  on(event, listener) {
    this._listeners.set(event, [...(this._listeners.get(event) || []), listener]);
    return this;
  }

  once(event, listener) {
    const heard = (detail) => {
      this.off(event, heard);
      listener(detail);
    };
    return this.on(event, heard);
  }

  off(event, listener) {
    const left = (this._listeners.get(event) || []).filter((one) => listener && one !== listener);
    this._listeners.set(event, left);
    return this;
  }

  update(options) {
    Object.assign(this._options, options);
  }

  focus() {
    const first = Object.values(this._inputs)[0];
    if (first) first.focus();
  }

  blur() {
    for (const input of Object.values(this._inputs)) input.blur();
  }

  clear() {
    for (const input of Object.values(this._inputs)) input.value = '';
    this._tell('change', this._state());
  }

  collapse() {}

  unmount() {
    if (this._host) this._host.remove();
  }

  destroy() {
    this.unmount();
    this._elements._forget(this);
  }
}

class Elements {
  constructor(api, options) {
    this._api = api;
    this._options = options || {};
    this._made = [];
  }

  create(type, options) {
    if (!fields_of_type[type] && !silent_types.includes(type)) {
      throw new Error(`okapi's Stripe.js has no Element of the type ${type}.`);
    }
    const element = new Element(type, options, this);
    this._made.push(element);
    return element;
  }

  getElement(wanted) {
    const type = typeof wanted === 'string' ? wanted : wanted && wanted.__elementType;
    return this._made.find((element) => element.type === type) || null;
  }

  update(options) {
    Object.assign(this._options, options);
  }

  async fetchUpdates() {
    return {};
  }

  async submit() {
    const error = this._error();
    return error ? {error} : {selectedPaymentMethod: 'card'};
  }

  _forget(element) {
    this._made = this._made.filter((one) => one !== element);
  }

  // Of the fields that are mounted, whichever Element they belong to.
  _inputs() {
    return Object.assign({}, ...this._made.map((element) => element._inputs));
  }

  _error() {
    // A wallet brings all that the fields ask for.
    if (this._wallet) return null;
    for (const element of this._made) {
      const error = element._check();
      if (error) return error;
    }
    return null;
  }

  // A complete address of a mode, as the API takes it.
  _address(mode) {
    const one = this._made.find(
      (element) => element.type === 'address' && element._options.mode === mode,
    );
    return one && Object.keys(one._inputs).length ? one._value() : null;
  }

  _billing() {
    const email = this._made.find((element) => element.type === 'linkAuthentication');
    return {
      ...this._address('billing'),
      ...(email && email._inputs.email ? email._value() : {}),
    };
  }

  _card() {
    if (this._wallet) {
      this._wallet = false;
      return wallet_card;
    }
    const inputs = this._inputs();
    if (!inputs.number) throw new Error('No Element with a card number is mounted.');
    return {
      number: inputs.number.value.replace(/\D/g, ''),
      ...month_and_year(inputs.expiry ? inputs.expiry.value : ''),
      cvc: inputs.cvc ? inputs.cvc.value.replace(/\D/g, '') : undefined,
    };
  }
}
