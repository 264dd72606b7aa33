// A price draft in words, for the list of a product that is not made yet.
import {grouped} from './decimal.js';
import {money, to_minor} from './money.js';
import {is_metered, is_one_time, is_package, is_tiered, mode_of, periods} from './price_draft.js';

export function describe_draft(draft, meters) {
  const period = periods.find(([key]) => key === draft.period)?.[1].toLowerCase() ?? '';
  const when = is_one_time(draft) ? 'one-off' : period;
  const meter = meters.find(({id}) => id === draft.meter);
  const usage = is_metered(draft) ? `, usage of ${meter?.display_name ?? 'no meter yet'}` : '';
  const amount = money_or_text(draft);
  if (is_tiered(draft)) {
    const mode = mode_of(draft) === 'volume' ? 'Volume' : 'Graduated';
    return `${mode}, ${draft.tiers.length} tiers, ${when}${usage}`;
  }
  if (is_package(draft)) return `${amount} per ${grouped(draft.package_size)}, ${when}${usage}`;
  return `${amount}${is_metered(draft) ? ' per unit' : ''}, ${when}${usage}`;
}

function money_or_text(draft) {
  try {
    return money(to_minor(draft.amount || '0', draft.currency), draft.currency);
  } catch {
    return draft.amount;
  }
}
