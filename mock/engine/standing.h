// What the invoices of a subscription say about it: active, past due, or at the end of all retries
// (subscriptions-invoices 2.1 and 3.5).
#pragma once

#include <string>

#include "store/account.h"

namespace okapi::engine {

// The subscription that made the invoice; empty for invoices made by hand.
[[nodiscard]] store::Document subscription_of(const store::Transaction& tx, const Json& invoice);
// After a payment, a void or a write-off: the newest invoice decides, a void one passes the
// question to the one before it. Emits customer.subscription.updated on a change; gives whether it
// did.
bool judge_subscription(store::Transaction& tx, const store::Document& subscription);
// A payment of a finalized renewal failed, or a due date passed.
void mark_past_due(store::Transaction& tx, const store::Document& subscription);
// True while the latest invoice has failed. Emits customer.updated on a change.
void set_delinquent(store::Transaction& tx, const std::string& customer, bool delinquent);

}  // namespace okapi::engine
