// The form of Stripe's documentation: React, Elements, PaymentElement, confirmPayment.
import {Elements, PaymentElement, useElements, useStripe} from '@stripe/react-stripe-js';
import {loadStripe} from '@stripe/stripe-js';
import {useState} from 'react';
import {createRoot} from 'react-dom/client';

const {key, secret} = window.settings;

function CheckoutForm() {
  const stripe = useStripe();
  const elements = useElements();
  const [outcome, set_outcome] = useState('');
  const submit = async (event) => {
    event.preventDefault();
    const {error: incomplete} = await elements.submit();
    if (incomplete) return set_outcome(incomplete.message);
    const {error, paymentIntent} = await stripe.confirmPayment({
      elements,
      clientSecret: secret,
      confirmParams: {return_url: location.href},
      redirect: 'if_required',
    });
    set_outcome(error ? error.message : paymentIntent.status);
  };
  return (
    <form onSubmit={submit}>
      <PaymentElement onReady={() => document.body.setAttribute('data-ready', 'yes')} />
      <button disabled={!stripe}>Pay</button>
      <p role="status" data-testid="react-outcome">{outcome}</p>
    </form>
  );
}

createRoot(document.getElementById('app')).render(
  <Elements stripe={loadStripe(key)} options={{clientSecret: secret}}>
    <CheckoutForm />
  </Elements>,
);
