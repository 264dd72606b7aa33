// What the types do not say about a `number`: which are times and which may have a fraction. Leaf
// names, from Stripe's OpenAPI document of 2024-04-10 (format unix-time, type number) and the doc
// comments of the client for what is newer. Everything else is an integer.

const time_names = new Set(`
  active_from arrival_date as_of available_on backdate_start_date billing_cycle_anchor
  cancel_at capture_before completes_at computed_timestamp created created_after created_before
  current_deadline current_period_end current_period_start data_available_end data_available_start
  data_load_time date deadline deletes_after due_by due_date effective_date end end_date end_time
  eta expected_arrival_date expires expires_after expires_on frozen_time interval_end interval_start
  next_payment_attempt next_pending_invoice_item_invoice next_refresh_available_at
  occurred_at period_end period_start proration_date redeem_by release_after
  result_available_until scheduled_release start start_date start_time
  subscription_billing_cycle_anchor subscription_proration_date subscription_start_date
  target_frozen_time tax_date timestamp trial_end trial_start updated billed_until
`.split(/\s+/).filter(Boolean));

const float_names = new Set(`
  aggregated_value amount_percent application_fee_percent dispute_rate effective_percentage
  exchange_rate height invalid_account_number_decline_rate_past_hour
  invalid_credentials_decline_rate_past_hour latitude length longitude percent percent_off
  percent_ownership percentage rates score weight width
`.split(/\s+/).filter(Boolean));

// Where a leaf name means something else: path within the file, as the extraction prints it.
const exceptions = new Map([
  ['issuing.transaction.purchase_details.receipt.quantity', 'float'],
]);

export const is_time = (name) =>
  time_names.has(name) || /_(at|start|end)$/.test(name);

// `where` is the dotted path of names down to the leaf.
export function number_kind(where) {
  for (const [suffix, kind] of exceptions) if (where.endsWith(suffix)) return kind;
  const name = where.split('.').at(-1);
  if (is_time(name)) return 'time';
  if (float_names.has(name)) return 'float';
  return 'int';
}
