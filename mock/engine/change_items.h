// Changing what a subscription consists of while it runs: items added, changed and removed, and
// what becomes of usage that is still open (usage-billing 3.1, subscriptions-invoices 2.7).
#pragma once

#include <optional>
#include <string>

#include "api/operation.h"

namespace okapi::engine {

struct ItemChanges {
  Json entries = Json::array();  // as items[] of an update: {id?, deleted?, price?, quantity?, …}
  std::string list = "items";    // how the entries are named in refusals; empty: at the top level
  std::string proration_behavior = "create_prorations";
  bool licences = true;            // false: licensed items are neither credited nor charged
  std::optional<Seconds> at = {};  // proration_date; empty: now
  // The subscription renews now: what has ended is billed by that invoice, and licences whose
  // period begins now are left to it, with an empty period.
  bool renews = false;
};
// Edits the tree, writes pending invoice items for prorations and open usage
// (invoiceitem.created), and stores the
// subscription without emitting customer.subscription.updated.
store::Document change_items(store::Transaction& tx, const store::Document& subscription,
                             const ItemChanges& changes);

}  // namespace okapi::engine
