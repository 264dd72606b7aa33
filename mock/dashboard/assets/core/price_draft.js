// A price that is being thought of: to the parameters of POST /v1/prices, and to what a quantity
// would cost, tier by tier. Amounts are text as typed, in whole units of the currency.
import {Decimal, grouped} from './decimal.js';
import {money, to_minor} from './money.js';

export const periods = [
  ['day:1', 'Daily'],
  ['week:1', 'Weekly'],
  ['month:1', 'Monthly'],
  ['month:3', 'Every 3 months'],
  ['month:6', 'Every 6 months'],
  ['year:1', 'Yearly'],
];

export function new_price() {
  return {
    model: 'flat', // flat, package, volume, graduated, usage
    usage: 'per_unit', // per_unit, per_package, per_tier
    tiers_mode: 'graduated', // of usage per tier
    currency: 'usd',
    one_time: false,
    amount: '',
    package_size: '10',
    round: 'up',
    period: 'month:1',
    meter: '',
    nickname: '',
    lookup_key: '',
    tax_behavior: '',
    tiers: [
      {up_to: '', unit: '', flat: ''},
      {up_to: 'inf', unit: '', flat: ''},
    ],
  };
}

export const is_metered = (draft) => draft.model === 'usage';
export const is_package = (draft) =>
  draft.model === 'package' || (is_metered(draft) && draft.usage === 'per_package');
export const is_tiered = (draft) =>
  draft.model === 'volume' ||
  draft.model === 'graduated' ||
  (is_metered(draft) && draft.usage === 'per_tier');
export const is_one_time = (draft) =>
  draft.one_time && (draft.model === 'flat' || draft.model === 'package');
export const mode_of = (draft) => (is_metered(draft) ? draft.tiers_mode : draft.model);

const plain = (text) => text.replace(/[\s,]/g, '');

function recurring_of(draft) {
  if (is_one_time(draft)) return null;
  const [interval, count] = draft.period.split(':');
  return {
    interval,
    interval_count: count === '1' ? null : count,
    usage_type: is_metered(draft) ? 'metered' : 'licensed',
    meter: is_metered(draft) ? draft.meter || null : null,
  };
}

function tier_params(draft) {
  return draft.tiers.map((tier) => ({
    up_to: plain(tier.up_to) || null,
    unit_amount_decimal: tier.unit === '' ? null : to_minor(tier.unit, draft.currency),
    flat_amount_decimal:
      tier.flat === '' || Decimal.parse(tier.flat)?.is_zero
        ? null
        : to_minor(tier.flat, draft.currency),
  }));
}

export function price_params(draft, product) {
  const params = {
    product,
    currency: draft.currency,
    nickname: draft.nickname || null,
    lookup_key: draft.lookup_key || null,
    tax_behavior: draft.tax_behavior || null,
    recurring: recurring_of(draft),
  };
  if (is_tiered(draft)) {
    return {
      ...params,
      billing_scheme: 'tiered',
      tiers_mode: mode_of(draft),
      tiers: tier_params(draft),
    };
  }
  params.unit_amount_decimal = draft.amount === '' ? null : to_minor(draft.amount, draft.currency);
  if (!is_package(draft)) return params;
  return {
    ...params,
    transform_quantity: {divide_by: plain(draft.package_size), round: draft.round},
  };
}

// The draft that a price of the server stands for, to preview it.
export function draft_of_price(price, from_minor) {
  const draft = new_price();
  const metered = price.recurring?.usage_type === 'metered';
  const amount = (object, field) => {
    const minor = object[`${field}_decimal`] ?? object[field];
    return minor === null || minor === undefined ? '' : from_minor(minor, price.currency);
  };
  draft.currency = price.currency;
  draft.amount = amount(price, 'unit_amount');
  draft.model = metered ? 'usage' : 'flat';
  if (price.transform_quantity) {
    draft.model = metered ? 'usage' : 'package';
    draft.usage = 'per_package';
    draft.package_size = String(price.transform_quantity.divide_by);
    draft.round = price.transform_quantity.round;
  }
  if (price.tiers) {
    draft.model = metered ? 'usage' : price.tiers_mode;
    draft.usage = 'per_tier';
    draft.tiers_mode = price.tiers_mode;
    draft.tiers = price.tiers.map((tier) => ({
      up_to: tier.up_to === null ? 'inf' : String(tier.up_to),
      unit: amount(tier, 'unit_amount'),
      flat: amount(tier, 'flat_amount'),
    }));
  }
  return draft;
}

// First units follow from the last unit of the tier above: [{first, last}].
export function tier_bounds(tiers) {
  let above = null;
  return tiers.map((tier) => {
    const first = above === null ? '0' : above.plus(Decimal.parse('1')).toString();
    const last = tier.up_to === 'inf' ? null : Decimal.parse(tier.up_to || 'x');
    above = last ?? above ?? Decimal.parse('0');
    return {first: grouped(first), last};
  });
}

const zero = Decimal.parse('0');

function line(label, units, unit_text, currency) {
  const unit = Decimal.parse(to_minor(unit_text || '0', currency)) ?? zero;
  const exact = units.times(unit);
  const shown = `${grouped(units)} × ${money(unit, currency)}`;
  return {label, working: shown, amount: exact.rounded()};
}

function flat_line(number, flat_text, currency) {
  const flat = Decimal.parse(to_minor(flat_text || '0', currency)) ?? zero;
  if (flat.is_zero) return [];
  const amount = flat.rounded();
  return [{label: `Tier ${number}, flat rate`, working: money(flat, currency), amount}];
}

function graduated_lines(draft, quantity) {
  const lines = [];
  let below = zero;
  draft.tiers.forEach((tier, index) => {
    const reached = index === 0 || quantity.compare(below) > 0;
    const last = tier.up_to === 'inf' ? quantity : (Decimal.parse(tier.up_to || 'x') ?? below);
    const top = quantity.compare(last) < 0 ? quantity : last;
    if (reached) {
      const units = top.compare(below) > 0 ? top.minus(below) : zero;
      lines.push(line(`Tier ${index + 1}`, units, tier.unit, draft.currency));
      lines.push(...flat_line(index + 1, tier.flat, draft.currency));
    }
    below = last;
  });
  return lines;
}

function volume_lines(draft, quantity) {
  const index = draft.tiers.findIndex((tier) => {
    const last = tier.up_to === 'inf' ? null : Decimal.parse(tier.up_to || 'x');
    return tier.up_to === 'inf' || (last && quantity.compare(last) <= 0);
  });
  if (index < 0) return [];
  const tier = draft.tiers[index];
  return [
    line(`Tier ${index + 1}, all units`, quantity, tier.unit, draft.currency),
    ...flat_line(index + 1, tier.flat, draft.currency),
  ];
}

// What `quantity` (text) costs: {lines: [{label, working, amount}], total}; each line is rounded
// once, as invoices are. Null where the quantity is no number.
export function rated(draft, quantity_text) {
  const quantity = Decimal.parse(quantity_text || '0');
  if (quantity === null || quantity.compare(zero) < 0) return null;
  let lines;
  if (is_tiered(draft)) {
    lines =
      mode_of(draft) === 'volume'
        ? volume_lines(draft, quantity)
        : graduated_lines(draft, quantity);
  } else if (is_package(draft)) {
    const size = Decimal.parse(draft.package_size || 'x');
    if (size === null || size.compare(zero) <= 0) return null;
    const packages = quantity.packages(size, draft.round);
    lines = [line(`Packages of ${grouped(size)}`, packages, draft.amount, draft.currency)];
  } else {
    lines = [line('Units', quantity, draft.amount, draft.currency)];
  }
  return {lines, total: lines.reduce((sum, each) => sum.plus(each.amount), zero)};
}
