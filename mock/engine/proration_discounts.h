// What the discounts of an item and of its subscription take off a proration. They are inside its
// amount, or stand beside it where billing_mode.flexible.proration_discounts is "itemized"
// (subscriptions-invoices 2.2, 2.6).
#pragma once

#include "billing/proration.h"
#include "store/account.h"

namespace okapi::engine {

// The share of one item, for the whole period around the change.
struct ProratedItem {
  const Json& subscription;
  const Json& item;
  billing::Change change = {};
  std::int64_t whole = 0;   // what the item costs for the whole period
  std::int64_t amount = 0;  // of the proration; negative for a credit
};
// Rows {amount, discount}; the amounts have the sign of the proration.
[[nodiscard]] Json discounts_of_proration(const store::Transaction& tx,
                                          const ProratedItem& prorated);
[[nodiscard]] bool itemizes_discounts(const Json& subscription);

}  // namespace okapi::engine
