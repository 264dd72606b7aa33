// Checkout inside of the application's own page.
import {EmbeddedCheckout, EmbeddedCheckoutProvider} from '@stripe/react-stripe-js';
import {loadStripe} from '@stripe/stripe-js';
import {createRoot} from 'react-dom/client';

const {key, secret} = window.settings;

createRoot(document.getElementById('app')).render(
  <EmbeddedCheckoutProvider
    stripe={loadStripe(key)}
    options={{
      fetchClientSecret: async () => secret,
      onComplete: () => (document.getElementById('outcome').textContent = 'complete'),
    }}
  >
    <EmbeddedCheckout />
  </EmbeddedCheckoutProvider>,
);
