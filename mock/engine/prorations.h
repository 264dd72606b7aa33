// What a change inside a period costs, as pending invoice items: a credit for the unused time of
// what was billed in advance, a charge for the remaining time of what takes its place
// (subscriptions-invoices 2.6). The arithmetic is billing/proration.h's.
#pragma once

#include "billing/period.h"
#include "store/account.h"

namespace okapi::engine {

// Both take an item of the subscription's tree as it was, or as it becomes, with a licensed price.
// The whole item, never a difference.
//
// Flexible billing gives back what was debited: one credit for each line, or pending item, that
// covers the moment and was not given back before, less its discounts. Classic billing computes one
// credit from the item's price and quantity.
void credit_unused_time(store::Transaction& tx, const Json& subscription, const Json& item,
                        Seconds at);
void charge_remaining_time(store::Transaction& tx, const Json& subscription, const Json& item,
                           Seconds at);

// A charge for a part of the period that `part` begins in: time that is added to it.
void charge_from_to(store::Transaction& tx, const Json& subscription, const Json& item,
                    billing::Period part);
// The first for every licensed item.
void credit_all_items(store::Transaction& tx, const Json& subscription, Seconds at);

// The working of a proration, kept with its invoice item for the explanation; null for others.
[[nodiscard]] const Json& proration_working(const Json& invoice_item);

}  // namespace okapi::engine
