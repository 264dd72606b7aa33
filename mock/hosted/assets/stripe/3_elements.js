// Elements: what an application creates, mounts and listens to.
const fields_of_type = {
  card: ['number', 'expiry', 'cvc'],
  payment: ['number', 'expiry', 'cvc'],
  cardNumber: ['number'],
  cardExpiry: ['expiry'],
  cardCvc: ['cvc'],
};
// Drawn as nothing: there is nothing that they would do here.
const silent_types = ['address', 'linkAuthentication', 'expressCheckout', 'paymentRequestButton'];

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
      this._tell('ready', {elementType: this._type});
      if (this._type === 'expressCheckout') this._tell('ready', {availablePaymentMethods: undefined});
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
    root.append(style, box);
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
      value: this._type === 'payment' ? {type: 'card'} : {postalCode: ''},
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
    for (const element of this._made) {
      const error = element._check();
      if (error) return error;
    }
    return null;
  }

  _card() {
    const inputs = this._inputs();
    if (!inputs.number) throw new Error('No Element with a card number is mounted.');
    return {
      number: inputs.number.value.replace(/\D/g, ''),
      ...month_and_year(inputs.expiry ? inputs.expiry.value : ''),
      cvc: inputs.cvc ? inputs.cvc.value.replace(/\D/g, '') : undefined,
    };
  }
}
