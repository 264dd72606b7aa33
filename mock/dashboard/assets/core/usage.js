// Usage of meters, as event summaries tell it: by customer and window.
import {if_there, list_all} from './api.js';
import {Decimal} from './decimal.js';
import {add_months, day, hour, month_start, month_text, day_text, clock_text} from './time.js';

// A JSON number as an exact decimal.
export const quantity_of = (value) => Decimal.parse(value) ?? Decimal.parse('0');

export async function summaries(meter, customer, start, end, window) {
  const rows = await if_there(
    list_all(`/v1/billing/meters/${meter}/event_summaries`, {
      customer,
      start_time: start,
      end_time: end,
      value_grouping_window: window,
    }),
  );
  return rows ?? [];
}

// The whole span as one figure.
export async function used(meter, customer, start, end) {
  const from = Math.floor(start / 60) * 60;
  const until = Math.max(Math.ceil(end / 60) * 60, from + 60);
  const [row] = await summaries(meter, customer, from, until);
  return quantity_of(row?.aggregated_value ?? 0);
}

const short_day = (at) => day_text(at).replace(/ \d+$/, '');

// The buckets of a chart: [{start, end, label}], oldest first.
export function buckets_of(grouping, now) {
  if (grouping === 'month') {
    const first = add_months(month_start(now), -11);
    return Array.from({length: 12}, (_, index) => {
      const start = add_months(first, index);
      return {start, end: add_months(start, 1), label: month_text(start).slice(0, 3)};
    });
  }
  const [length, count] = grouping === 'hour' ? [hour, 48] : [day, 35];
  const last = Math.floor(now / length) * length;
  return Array.from({length: count}, (_, index) => {
    const start = last - (count - 1 - index) * length;
    const label = grouping === 'hour' ? clock_text(start).slice(0, 5) : short_day(start);
    return {start, end: start + length, label};
  });
}

// One customer's values, a Decimal for each bucket.
export async function values_in(meter, customer, buckets, grouping) {
  if (grouping === 'month') {
    return Promise.all(buckets.map(({start, end}) => used(meter, customer, start, end)));
  }
  const rows = await summaries(meter, customer, buckets[0].start, buckets.at(-1).end, grouping);
  const by_start = new Map(rows.map((row) => [row.start_time, row.aggregated_value]));
  return buckets.map(({start}) => quantity_of(by_start.get(start) ?? 0));
}
