// Changes of a running subscription that cost money: items, a new anchor, an end at some time
// (subscriptions-invoices 2.5-2.8). Requests and previews both come here.
#pragma once

#include <string>

#include "api/operation.h"
#include "engine/bill.h"

namespace okapi::engine {

enum class BillsAtOnce { no, prorations, new_period };

struct AppliedChanges {
  store::Document subscription;
  store::Document before = {};
  BillsAtOnce bills = BillsAtOnce::no;
  std::string billing_reason = "subscription_update";
  bool trial_ends_unpaid = false;  // by trial_end=now, without a way to pay: paused or canceled
};

// How the parameters are named in refusals: "subscription_details" and its items in previews.
struct ParamNames {
  std::string prefix = {};
  std::string list = "items";  // empty: an item's own parameters, at the top level
};

// Applies items, billing_cycle_anchor, trial_end, cancel_at and cancel_at_period_end with
// proration_behavior and proration_date of the parameters. Writes pending invoice items; emits
// nothing else.
[[nodiscard]] AppliedChanges apply_changes(store::Transaction& tx,
                                           const store::Document& subscription, const Json& params,
                                           const ParamNames& names = {});

// The bill of what was applied; empty of lines when nothing is to be billed at once.
[[nodiscard]] Bill compose_changes(store::Transaction& tx, const AppliedChanges& applied,
                                   bool preview);
// After a bill of a new period was composed: metered items begin theirs, now that the bill has
// taken what was used.
store::Document begin_new_period(store::Transaction& tx, const store::Document& subscription);
// Makes, finalizes and pays that bill by payment_behavior and off_session of the parameters; gives
// the subscription as it is then.
store::Document bill_changes(store::Transaction& tx, const AppliedChanges& applied,
                             const Json& params, const api::Settings& settings);
// Refuses what payment_behavior does not go with, before anything is changed.
void check_payment_behavior(const Json& params);

}  // namespace okapi::engine
