// What a Checkout Session or a payment link offers: its lines, read from parameters, and their
// sums.
#pragma once

#include <string>

#include "engine/priced_lines.h"

namespace okapi::engine {

// Lines as they are kept (`_lines`), with adjustable_quantity beside them. Throws what neither kind
// of owner may have. `currency`: that of the first line where it is empty.
[[nodiscard]] Json read_offer(store::Transaction& tx, const Json& params, std::string& currency);
// Rules between the mode and the lines. Throws.
void check_offer(const std::vector<PricedLine>& lines, const std::string& mode);

// Writes amounts, total_details and the items of an object that has `_lines`, `_discounts`,
// `_default_tax_rates`, `currency` and `customer`.
void settle_offer(store::Transaction& tx, Json& owner);
// Stripe: what recurs is not due while it is tried for free.
[[nodiscard]] bool starts_with_trial(const Json& subscription_data);
[[nodiscard]] std::vector<Json> offered_items(const store::Transaction& tx, const Json& owner);

}  // namespace okapi::engine
