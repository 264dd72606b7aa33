// What a price says, in words, and the lists that forms choose from.
import {list_all} from './api.js';
import {Decimal, grouped} from './decimal.js';
import {money, unit_money} from './money.js';

export function interval_text(recurring) {
  if (!recurring) return '';
  const {interval, interval_count: count} = recurring;
  return count > 1 ? ` every ${count} ${interval}s` : ` / ${interval}`;
}

function amount_text(price) {
  if (price.custom_unit_amount) return 'Customer chooses';
  if (price.billing_scheme === 'tiered') {
    const mode = price.tiers_mode === 'volume' ? 'Volume' : 'Graduated';
    const count = price.tiers?.length;
    return count ? `${mode}, ${count} tier${count === 1 ? '' : 's'}` : mode;
  }
  const amount = unit_money(price, price.currency);
  const size = price.transform_quantity?.divide_by;
  if (size) return `${amount} per ${grouped(size)}`;
  return price.recurring?.usage_type === 'metered' ? `${amount} per unit` : amount;
}

export function price_text(price) {
  return amount_text(price) + interval_text(price.recurring);
}

export function model_text(price) {
  const metered = price.recurring?.usage_type === 'metered';
  const shape =
    price.billing_scheme === 'tiered'
      ? price.tiers_mode === 'volume'
        ? 'volume'
        : 'graduated'
      : price.transform_quantity
        ? 'package'
        : metered
          ? 'per unit'
          : 'flat rate';
  return metered ? `Usage-based, ${shape}` : shape[0].toUpperCase() + shape.slice(1);
}

// [{from, up_to, unit, flat}] as the tier table shows them.
export function tier_rows(price) {
  let below = Decimal.parse('0');
  return (price.tiers ?? []).map((tier, index) => {
    const from = index === 0 ? '0' : below.plus(Decimal.parse('1')).toString();
    if (tier.up_to !== null) below = Decimal.of(tier.up_to);
    return {
      id: `tier-${index}`,
      from: grouped(from),
      up_to: tier.up_to === null ? '∞' : grouped(tier.up_to),
      unit: unit_money(tier, price.currency),
      flat:
        tier.flat_amount === null && tier.flat_amount_decimal === null
          ? money(0, price.currency)
          : unit_money(tier, price.currency, 'flat_amount'),
    };
  });
}

export const name_of = (customer) => customer.name || customer.email || customer.id;

export async function customer_options() {
  const rows = await list_all('/v1/customers');
  return rows.map((row) => [
    row.id,
    row.email && row.name ? `${row.name} (${row.email})` : name_of(row),
  ]);
}

export const expanded_prices = (params = {}) =>
  list_all('/v1/prices', {expand: ['data.product', 'data.tiers'], ...params});

export function price_label(price) {
  const product = price.product?.name ?? price.product;
  const nickname = price.nickname ? ` · ${price.nickname}` : '';
  return `${product}${nickname} · ${price_text(price)}${
    price.recurring?.usage_type === 'metered' ? ' (usage)' : ''
  }`;
}
