// A card Element without a framework, and every call that takes it.
import {loadStripe} from '@stripe/stripe-js';

const {key, payment_secret, setup_secret} = window.settings;
const app = document.getElementById('app');

const show = (result) => {
  const {error, paymentIntent, setupIntent, token, paymentMethod} = result;
  const object = paymentIntent || setupIntent || token || paymentMethod;
  document.getElementById('outcome').textContent = error
    ? `${error.code}: ${error.message}`
    : `${object.object} ${object.status || object.id.split('_')[0]}`;
};

async function main() {
  const stripe = await loadStripe(key);
  const elements = stripe.elements();
  const card = elements.create('card');
  const place = document.createElement('div');
  app.append(place);
  card.mount(place);
  card.on('change', ({complete}) => app.setAttribute('data-complete', complete));
  const actions = {
    token: () => stripe.createToken(card),
    method: () => stripe.createPaymentMethod({type: 'card', card}),
    pay: () => stripe.confirmCardPayment(payment_secret, {payment_method: {card}}),
    setup: () => stripe.confirmCardSetup(setup_secret, {payment_method: {card}}),
    retrieve: () => stripe.retrievePaymentIntent(payment_secret),
    next: () => stripe.handleNextAction({clientSecret: payment_secret}),
  };
  for (const [name, action] of Object.entries(actions)) {
    const button = document.createElement('button');
    button.textContent = name;
    button.dataset.testid = name;
    button.addEventListener('click', async () => show(await action()));
    app.append(button);
  }
}

main();
