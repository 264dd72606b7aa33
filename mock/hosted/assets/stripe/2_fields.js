// The fields that a person types a card into. They live in a shadow root, so that the page's styles
// and theirs do not mix.
const field_style = `
:host { display: block; }
.fields { display: grid; gap: 8px; grid-template-columns: 1fr 1fr; font: inherit; }
.wide { grid-column: 1 / -1; }
label { display: grid; gap: 4px; font-size: 0.9em; }
input { box-sizing: border-box; width: 100%; min-height: 40px; padding: 8px 10px; font: inherit;
  color: inherit; background: transparent; border: 1px solid #8a8175; border-radius: 6px; }
button { min-height: 40px; padding: 8px 10px; font: inherit; font-weight: 600; color: #fff;
  background: #211c17; border: 1px solid #8a8175; border-radius: 6px; cursor: pointer; }
input[aria-invalid="true"] { border-color: #b3261e; }
.note { margin: 0; font-size: 0.8em; opacity: 0.8; }
`;

const known_fields = {
  number: {
    label: 'Card number',
    autocomplete: 'cc-number',
    placeholder: '1234 1234 1234 1234',
    wide: true,
    missing: ['incomplete_number', 'Your card number is incomplete.'],
    complete: (text) => text.replace(/\D/g, '').length >= 13,
  },
  expiry: {
    label: 'Expiration date',
    autocomplete: 'cc-exp',
    placeholder: 'MM / YY',
    missing: ['incomplete_expiry', 'Your card’s expiration date is incomplete.'],
    complete: (text) => text.replace(/\D/g, '').length >= 3,
  },
  cvc: {
    label: 'Security code',
    autocomplete: 'cc-csc',
    placeholder: 'CVC',
    missing: ['incomplete_cvc', 'Your card’s security code is incomplete.'],
    complete: (text) => text.replace(/\D/g, '').length >= 3,
  },
  email: {
    label: 'Email',
    autocomplete: 'email',
    placeholder: 'you@example.com',
    mode: 'email',
    wide: true,
    missing: ['incomplete_email', 'Your email is incomplete.'],
    complete: (text) => /^[^@\s]+@[^@\s]+$/.test(text),
  },
  name: words_field('Full name', 'name', {wide: true}),
  line1: words_field('Address', 'address-line1', {wide: true}),
  line2: words_field('Apartment, suite', 'address-line2', {wide: true, optional: true}),
  city: words_field('City', 'address-level2'),
  state: words_field('State', 'address-level1', {optional: true}),
  postal_code: words_field('Postal code', 'postal-code'),
  country: words_field('Country (two letters)', 'country', {complete: /^[A-Za-z]{2}$/}),
};

// A field of an address.
function words_field(label, autocomplete, {wide, optional, complete = /\S/} = {}) {
  return {
    label,
    autocomplete,
    wide,
    placeholder: '',
    mode: 'text',
    missing: ['incomplete_address', `${label} is missing.`],
    complete: (text) => Boolean(optional) || complete.test(text.trim()),
  };
}

function brand_of(number) {
  if (/^4/.test(number)) return 'visa';
  if (/^(5[1-5]|2[2-7])/.test(number)) return 'mastercard';
  if (/^3[47]/.test(number)) return 'amex';
  if (/^6(011|5)/.test(number)) return 'discover';
  return 'unknown';
}

// "12 / 34" and "1234" are December 2034.
function month_and_year(text) {
  const parts = text.includes('/')
    ? text.split('/').map((part) => part.replace(/\D/g, ''))
    : [text.replace(/\D/g, '').slice(0, 2), text.replace(/\D/g, '').slice(2)];
  const year = parts[1] && parts[1].length === 2 ? `20${parts[1]}` : parts[1];
  return {exp_month: parts[0], exp_year: year};
}

function draw_field(name, changed, focused) {
  const known = known_fields[name];
  const label = document.createElement('label');
  if (known.wide) label.className = 'wide';
  label.append(known.label);
  const input = document.createElement('input');
  input.name = name;
  input.inputMode = known.mode || 'numeric';
  input.autocomplete = known.autocomplete;
  input.placeholder = known.placeholder;
  input.dataset.testid = `stripe-${name}`;
  input.addEventListener('input', () => {
    input.removeAttribute('aria-invalid');
    changed();
  });
  input.addEventListener('focus', () => focused('focus'));
  input.addEventListener('blur', () => focused('blur'));
  label.append(input);
  return {label, input};
}
