// Exact decimals for previews: a BigInt and how many of its digits stand behind the point.

export class Decimal {
  constructor(digits, places = 0) {
    this.digits = digits;
    this.places = places;
  }

  // "1,234.5", "-0.001", "1 000"; null for what is no plain number.
  static parse(text) {
    const plain = String(text).replace(/[\s,_]/g, '');
    const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(plain);
    if (!match || (match[2] === '' && !match[3])) return null;
    const fraction = match[3] ?? '';
    const digits = BigInt(`${match[2]}${fraction}` || '0');
    return new Decimal(match[1] ? -digits : digits, fraction.length);
  }

  static of(value) {
    return value instanceof Decimal ? value : Decimal.parse(value);
  }

  #scaled(places) {
    return this.digits * 10n ** BigInt(places - this.places);
  }

  plus(other) {
    const places = Math.max(this.places, other.places);
    return new Decimal(this.#scaled(places) + other.#scaled(places), places);
  }

  minus(other) {
    return this.plus(new Decimal(-other.digits, other.places));
  }

  times(other) {
    return new Decimal(this.digits * other.digits, this.places + other.places);
  }

  // The point moved: 12.5 shifted by 2 is 1250, by -2 is 0.125.
  shifted(by) {
    if (by <= this.places) return new Decimal(this.digits, this.places - by);
    return new Decimal(this.digits * 10n ** BigInt(by - this.places), 0);
  }

  compare(other) {
    const difference = this.minus(other).digits;
    if (difference === 0n) return 0;
    return difference < 0n ? -1 : 1;
  }

  get is_zero() {
    return this.digits === 0n;
  }

  // The nearest whole number, halves away from zero, as invoice lines are rounded.
  rounded() {
    const one = 10n ** BigInt(this.places);
    const magnitude = this.digits < 0n ? -this.digits : this.digits;
    const whole = (2n * magnitude + one) / (2n * one);
    return new Decimal(this.digits < 0n ? -whole : whole);
  }

  // How many packages of `size` hold this quantity.
  packages(size, direction) {
    const places = Math.max(this.places, size.places);
    const [quantity, divisor] = [this.#scaled(places), size.#scaled(places)];
    const whole = quantity / divisor;
    const rest = quantity % divisor !== 0n;
    return new Decimal(direction === 'up' && rest ? whole + 1n : whole);
  }

  toString() {
    const sign = this.digits < 0n ? '-' : '';
    const text = (this.digits < 0n ? -this.digits : this.digits)
      .toString()
      .padStart(this.places + 1, '0');
    if (this.places === 0) return sign + text;
    const fraction = text.slice(-this.places).replace(/0+$/, '');
    return sign + text.slice(0, -this.places) + (fraction ? `.${fraction}` : '');
  }
}

// 1234567.5 as 1,234,567.5.
export function grouped(value) {
  const [whole, fraction] = String(value).split('.');
  const with_commas = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction ? `${with_commas}.${fraction}` : with_commas;
}
