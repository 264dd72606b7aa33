// Amounts as people write them, from and to minor units; exact throughout.
import {Decimal, grouped} from './decimal.js';

const without_minor_unit = new Set(
  'bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '),
);
const in_thousandths = new Set('bhd jod kwd omr tnd'.split(' '));
const symbols = {usd: '$', eur: '€', gbp: '£', jpy: '¥', aud: 'A$', cad: 'CA$', inr: '₹'};

export const currencies = 'usd eur gbp jpy aud cad chf sek nok dkk pln inr brl mxn sgd kwd'.split(
  ' ',
);

export function places_of(currency) {
  if (without_minor_unit.has(currency)) return 0;
  return in_thousandths.has(currency) ? 3 : 2;
}

function with_symbol(text, currency) {
  const negative = text.startsWith('-');
  const amount = grouped(negative ? text.slice(1) : text);
  const symbol = symbols[currency];
  const shown = symbol ? symbol + amount : `${currency.toUpperCase()} ${amount}`;
  return negative ? `−${shown}` : shown;
}

// 20000 of usd: $200.00; the decimal "0.1": $0.001.
export function money(minor, currency) {
  const places = places_of(currency);
  const [whole, fraction = ''] = Decimal.of(minor).shifted(-places).toString().split('.');
  const padded = fraction.padEnd(places, '0');
  return with_symbol(padded ? `${whole}.${padded}` : whole, currency);
}

// The same for a price per unit that may be absent.
export function unit_money(price_or_tier, currency, field = 'unit_amount') {
  const minor = price_or_tier[`${field}_decimal`] ?? price_or_tier[field];
  return minor === null || minor === undefined ? '—' : money(minor, currency);
}

// "100,000" of usd: "10000000"; "0.001": "0.1". What is no number stays as it is, so that the
// server says what is wrong with it.
export function to_minor(text, currency) {
  const amount = Decimal.parse(text);
  if (amount === null) return String(text).trim();
  return amount.shifted(places_of(currency)).toString();
}

// What an input shows for minor units: "200" or "0.001".
export function from_minor(minor, currency) {
  return Decimal.of(minor).shifted(-places_of(currency)).toString();
}

// Sums by currency: [["usd", 1200n], …].
export class Sums {
  #by_currency = new Map();

  add(currency, amount) {
    this.#by_currency.set(currency, (this.#by_currency.get(currency) ?? 0n) + BigInt(amount));
  }

  get entries() {
    return [...this.#by_currency].sort(([a], [b]) => a.localeCompare(b));
  }

  toString() {
    if (this.#by_currency.size === 0) return money(0, 'usd');
    return this.entries.map(([currency, amount]) => money(amount, currency)).join(' + ');
  }
}
