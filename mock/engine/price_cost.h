// What a price costs in one currency, read from the parameters of a price or of a currency option,
// with the refusals that usage-billing 1.1 has for amounts and tiers.
#pragma once

#include <string_view>

#include "base/json.h"
#include "engine/param_name.h"

namespace okapi::engine {

// An amount of minor units in the two forms that Stripe shows; both null when none was given.
struct Amount {
  Json integer;
  Json decimal;
  [[nodiscard]] bool given() const { return !decimal.is_null(); }
};

// What a price costs in one currency; the same fields stand in the price for its own currency.
struct Cost {
  Json custom_unit_amount;
  Json tiers;
  Amount unit;

  [[nodiscard]] Json as_option(const Json& tax_behavior) const;
};

// `tiered` is the billing scheme. Throws what is wrong with the amounts.
[[nodiscard]] Cost read_cost(const Json& params, const Place& place, bool tiered,
                             std::string_view currency);

}  // namespace okapi::engine
