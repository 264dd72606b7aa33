// Stripe: an invoice item of a bare amount has an inactive one-time price behind it, of a product
// that nobody made (recorded: pricing.price_details). Equal amounts share one; no events tell of
// them.
#pragma once

#include <string>

#include "base/decimal.h"
#include "store/account.h"

namespace okapi::engine {

struct HiddenPrice {
  std::string product = {};  // empty: a hidden product of this name
  std::string product_name = {};
  std::string currency;
  Decimal unit_amount;  // may be negative: a credit
  std::string tax_behavior = "unspecified";
};
[[nodiscard]] store::Document hidden_price(store::Transaction& tx, const HiddenPrice& wanted);

}  // namespace okapi::engine
