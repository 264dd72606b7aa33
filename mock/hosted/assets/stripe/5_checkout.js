// Embedded Checkout: the hosted page in a frame of the application's own.
class EmbeddedCheckout {
  constructor(api, page, options) {
    this._api = api;
    this._page = page;
    this._options = options;
    this._frame = null;
  }

  mount(place) {
    const node = typeof place === 'string' ? document.querySelector(place) : place;
    if (!node) throw new Error(`Invalid value for mount(): ${place} is not in the document.`);
    this._frame = document.createElement('iframe');
    this._frame.title = 'Checkout';
    this._frame.name = 'embedded-checkout';
    this._frame.src = this._page.page_url;
    this._frame.style.cssText = 'width: 100%; min-height: 900px; border: 0;';
    this._frame.addEventListener('load', () => this._look());
    node.append(this._frame);
  }

  // Every step on the page loads it anew: then the session may be complete.
  async _look() {
    const {body} = await this._api.get(`/v1/payment_pages/${this._page.id}`);
    if (!body || body.session.status !== 'complete' || this._told) return;
    this._told = true;
    if (this._options.onComplete) this._options.onComplete();
    const {id, redirect_on_completion, return_url} = body.session;
    if (redirect_on_completion === 'never' || !return_url) return;
    location.assign(return_url.replaceAll('{CHECKOUT_SESSION_ID}', id));
  }

  unmount() {
    if (this._frame) this._frame.remove();
    this._frame = null;
  }

  destroy() {
    this.unmount();
  }
}

async function open_embedded(api, options) {
  const secret = options.fetchClientSecret ? await options.fetchClientSecret() : options.clientSecret;
  const id = String(secret).split('_secret_')[0];
  const {body, error} = await api.get(`/v1/payment_pages/${id}`);
  if (error) throw new Error(error.message);
  return new EmbeddedCheckout(api, body, options);
}
