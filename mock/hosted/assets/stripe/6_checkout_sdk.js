// Checkout drawn by the application itself: the session as the published types have it, and what a
// customer may change in it.

// 1500 of usd: {minorUnitsAmount: 1500, amount: "$15.00"}.
function sdk_amount(minor, currency) {
  const format = new Intl.NumberFormat('en-US', {style: 'currency', currency});
  const digits = format.resolvedOptions().maximumFractionDigits;
  return {minorUnitsAmount: minor, amount: format.format(minor / 10 ** digits)};
}

function sdk_recurring(price) {
  return price && price.recurring
    ? {
        interval: price.recurring.interval,
        intervalCount: price.recurring.interval_count,
        usageType: price.recurring.usage_type,
      }
    : null;
}

function sdk_limits(limits) {
  return limits ? {maximum: limits.maximum, minimum: limits.minimum} : null;
}

function sdk_line(item, currency) {
  const amount = (minor) => sdk_amount(minor || 0, currency);
  const {price} = item;
  return {
    id: item.id,
    name: item.description,
    description: null,
    quantity: item.quantity,
    subtotal: amount(item.amount_subtotal),
    discount: amount(item.amount_discount),
    total: amount(item.amount_total),
    taxExclusive: amount(item.amount_tax),
    taxInclusive: amount(0),
    unitAmount: amount(price && price.unit_amount),
    unitAmountDecimal: null,
    unitLabel: null,
    discountAmounts: null,
    taxAmounts: null,
    recurring: sdk_recurring(price),
    adjustableQuantity: sdk_limits(item.adjustable_quantity),
    images: [],
    priceId: price && price.id,
    isRemovable: false,
    pricing: null,
    transformQuantity: null,
  };
}

function sdk_status(session) {
  return session.status === 'complete'
    ? {type: 'complete', paymentStatus: session.payment_status}
    : {type: session.status};
}

// What the customer has typed so far is kept here until it is confirmed: `typed`.
function sdk_session(session, typed) {
  const currency = session.currency || 'usd';
  const amount = (minor) => sdk_amount(minor || 0, currency);
  const lines = session.line_items ? session.line_items.data : [];
  const details = session.customer_details || {};
  const sums = session.total_details || {};
  const options = session.shipping_options.map((option) => ({
    id: option.shipping_rate,
    currency,
    displayName: null,
    deliveryEstimate: null,
    ...amount(option.shipping_amount),
  }));
  const taken = session.shipping_cost && session.shipping_cost.shipping_rate;
  const chosen = options.find((option) => option.id === taken);
  const recurring = lines.map((item) => sdk_recurring(item.price)).find(Boolean);
  const next = {subtotal: amount(0), total: amount(0), discount: amount(0)};
  return {
    id: session.id,
    livemode: false,
    currency,
    currencyOptions: null,
    minorUnitsAmountDivisor:
      10 ** new Intl.NumberFormat('en-US', {style: 'currency', currency}).resolvedOptions()
        .maximumFractionDigits,
    email: typed.email || details.email || null,
    phoneNumber: typed.phone || details.phone || null,
    businessName: typed.business_name || null,
    nameCollection: null,
    billingAddress: typed.billing || null,
    shippingAddress: typed.shipping || null,
    canConfirm: session.status === 'open' && Boolean(typed.email || details.email),
    lastPaymentError: typed.error ? {message: typed.error} : null,
    lineItems: lines.map((item) => sdk_line(item, currency)),
    optionalItems: session.optional_items
      ? session.optional_items.map((item) => ({
          priceId: item.price,
          quantity: item.quantity,
          adjustableQuantity: sdk_limits(item.adjustable_quantity),
          isSelected: lines.some((line) => line.price && line.price.id === item.price),
        }))
      : null,
    discountAmounts: null,
    recurring: recurring
      ? {
          interval: recurring.interval,
          intervalCount: recurring.intervalCount,
          isProrated: false,
          dueNext: {...next, taxInclusive: amount(0), taxExclusive: amount(0), billingCycleAnchor: null},
          trial: null,
        }
      : null,
    savedPaymentMethods: null,
    shipping: chosen ? {shippingOption: chosen, taxAmounts: null} : null,
    shippingOptions: options,
    status: sdk_status(session),
    surcharge: null,
    tax: {status: 'ready'},
    taxAmounts: null,
    taxIdInfo: typed.tax_id || null,
    total: {
      appliedBalance: amount(0),
      balanceAppliedToNextInvoice: false,
      discount: amount(sums.amount_discount),
      shippingRate: amount(sums.amount_shipping),
      subtotal: amount(session.amount_subtotal),
      surcharge: amount(0),
      taxExclusive: amount(sums.amount_tax),
      taxInclusive: amount(0),
      total: amount(session.amount_total),
    },
  };
}

class CheckoutSdk {
  constructor(api, {clientSecret, defaultValues = {}, elementsOptions}) {
    this._api = api;
    this._secret = clientSecret;
    this._elements = new Elements(api, elementsOptions);
    this._listeners = [];
    this._places = {};
    this._typed = {
      email: defaultValues.email,
      phone: defaultValues.phoneNumber,
      billing: defaultValues.billingAddress,
      shipping: defaultValues.shippingAddress,
    };
    for (const [name, type, options] of [
      ['Payment', 'payment'],
      ['BillingAddress', 'address', {mode: 'billing'}],
      ['ShippingAddress', 'address', {mode: 'shipping'}],
      ['ExpressCheckout', 'expressCheckout'],
      ['ContactDetails', 'linkAuthentication'],
    ]) {
      this[`create${name}Element`] = (given) => this._create(name, type, {...given, ...options});
      this[`get${name}Element`] = () => this._places[name] || null;
    }
  }

  // What is typed into an Element counts as if the application had said it.
  _create(name, type, options) {
    const element = this._elements.create(type, options);
    this._places[name] = element;
    element.on('change', ({value}) => {
      if (name === 'ContactDetails') this._set({email: value.email});
      if (name === 'BillingAddress') this._set({billing: value});
      if (name === 'ShippingAddress') this._set({shipping: value});
    });
    return element;
  }

  on(event, listener) {
    if (event === 'change') this._listeners.push(listener);
  }

  changeAppearance() {}

  loadFonts() {}

  async loadActions() {
    this._id = String(await this._secret).split('_secret_')[0];
    const {error} = await this._read();
    if (error) return {type: 'error', error: {message: error.message, code: null}};
    return {type: 'success', actions: this._actions()};
  }

  get _path() {
    return `/v1/payment_pages/${this._id}`;
  }

  async _read() {
    const answer = await this._api.get(this._path, {expand: ['session.line_items']});
    if (answer.body) this._session = answer.body.session;
    return answer;
  }

  _shown() {
    return sdk_session(this._session, this._typed);
  }

  _tell() {
    const shown = this._shown();
    for (const listener of [...this._listeners]) listener(shown);
    return {type: 'success', session: shown};
  }

  async _set(typed) {
    Object.assign(this._typed, typed);
    return this._session ? this._tell() : undefined;
  }

  async _change(params, code = null) {
    const {error} = await this._api.post(this._path, params);
    if (error) return {type: 'error', error: {message: error.message, code}};
    await this._read();
    return this._tell();
  }

  _actions() {
    const optional = (id) => (this._session.optional_items || []).find(({price}) => price === id);
    return {
      getSession: () => this._shown(),
      applyPromotionCode: (code) => this._change({promotion_code: code}, 'invalidCode'),
      // An empty text takes it away; flatten() keeps it.
      removePromotionCode: () => this._change({promotion_code: ''}),
      updateLineItemQuantity: ({lineItem, quantity}) =>
        this._change({line_item: lineItem, quantity}),
      updateShippingOption: (id) => this._change({shipping_rate: id}),
      addOptionalLineItem: (id) =>
        this._change({optional_item: id, quantity: (optional(id) || {quantity: 1}).quantity}),
      removeOptionalLineItem: (id) => this._change({optional_item: id, quantity: 0}),
      updateEmail: async (email) =>
        email && !/^[^@\s]+@[^@\s]+$/.test(email)
          ? {type: 'error', error: {message: 'Your email is invalid.', code: 'invalidEmail'}}
          : this._set({email}),
      updatePhoneNumber: (phone) => this._set({phone}),
      updateIndividualName: (name) => this._set({name}),
      updateBusinessName: (business_name) => this._set({business_name}),
      updateBillingAddress: (billing) => this._set({billing}),
      updateShippingAddress: (shipping) => this._set({shipping}),
      updateTaxIdInfo: (tax_id) => this._set({tax_id}),
      runServerUpdate: async (update) => {
        try {
          await update();
        } catch (reason) {
          return {type: 'error', error: {message: String(reason), code: null}};
        }
        await this._read();
        return this._tell();
      },
      validateElements: async () => this._validated(),
      confirm: (options) => this._confirm(options || {}),
    };
  }

  _validated() {
    const error = this._elements._error();
    if (!error) return {type: 'success', session: this._shown()};
    const found = [{message: error.message, element: 'payment'}];
    return {
      type: 'error',
      error: {code: 'validation_error', message: error.message, validation_errors: found},
    };
  }

  _failed(error) {
    this._typed.error = error.message;
    const declined = error.type === 'card_error';
    return {
      type: 'error',
      error: declined
        ? {
            message: error.message,
            code: 'paymentFailed',
            paymentFailed: {declineCode: error.decline_code || null},
          }
        : {message: error.message, code: null},
    };
  }

  // The parameters of the confirmation, of all that was typed or is given with it.
  _acceptance({email, phoneNumber, billingAddress, shippingAddress}) {
    const {tax_id, business_name, name, ...typed} = this._typed;
    const billing = billingAddress || typed.billing || {};
    return {
      customer_details: {
        email: email || typed.email,
        phone: phoneNumber || typed.phone,
        name: name || billing.name,
        address: billing.address,
        business_name: business_name || (tax_id && tax_id.businessName),
      },
      shipping: shippingAddress || typed.shipping,
      tax_id: tax_id && tax_id.taxId,
      expected_amount: this._session.amount_total,
    };
  }

  async _confirm(options) {
    const params = this._acceptance(options);
    if (options.paymentMethod) {
      params.payment_method = options.paymentMethod;
    } else {
      const error = this._elements._error();
      if (error) return {type: 'error', error: {message: error.message, code: null}};
      const made = await this._api.post('/v1/payment_methods', {
        type: 'card',
        card: this._elements._card(),
      });
      if (made.error) return this._failed(made.error);
      params.payment_method = made.body.id;
    }
    const {body, error} = await this._api.post(`${this._path}/confirm`, params);
    if (error) return this._failed(error);
    const action = body.next_action && body.next_action.redirect_to_url;
    if (action) await ask_bank({url: action.url});
    await this._read();
    if (this._session.status !== 'complete') {
      return this._failed({type: 'card_error', message: 'The payment was not approved.'});
    }
    this._typed.error = null;
    const result = this._tell();
    const back = options.returnUrl || this._session.return_url;
    if (options.redirect === 'if_required' || !back) return result;
    location.assign(back.replaceAll('{CHECKOUT_SESSION_ID}', this._id));
    return new Promise(() => {});
  }
}
