// Checkout drawn by the application: the session's sums, its actions, and Elements of its own.
import {loadStripe} from '@stripe/stripe-js';

const {key, secret} = window.settings;
const app = document.getElementById('app');
const outcome = document.getElementById('outcome');

function button(name, action) {
  const made = document.createElement('button');
  made.textContent = name;
  made.dataset.testid = name;
  made.addEventListener('click', action);
  app.append(made);
}

function mount(element) {
  const place = document.createElement('div');
  app.append(place);
  element.mount(place);
}

const say = (result) => {
  outcome.textContent =
    result.type === 'error'
      ? `${result.error.code}: ${result.error.message}`
      : `${result.session.status.type} ${result.session.total.total.amount}`;
};

async function main() {
  const stripe = await loadStripe(key);
  const checkout = stripe.initCheckoutElementsSdk({clientSecret: secret});
  const {actions} = await checkout.loadActions();
  checkout.on('change', (session) => app.setAttribute('data-total', session.total.total.amount));
  mount(checkout.createContactDetailsElement());
  mount(checkout.createShippingAddressElement());
  mount(checkout.createExpressCheckoutElement());
  mount(checkout.createPaymentElement());
  const session = actions.getSession();
  outcome.textContent = `${session.lineItems[0].name} ${session.total.total.amount}`;
  button('code', async () => say(await actions.applyPromotionCode('WINTER')));
  button('ship', async () => say(await actions.updateShippingOption(session.shippingOptions[1].id)));
  button('confirm', async () => say(await actions.confirm({redirect: 'if_required'})));
  checkout.getExpressCheckoutElement().on('confirm', async (event) =>
    say(await actions.confirm({redirect: 'if_required', expressCheckoutConfirmEvent: event})),
  );
}

main();
