// When a subscription ends by itself: cancel_at_period_end and cancel_at, and what time that is
// taken off or given back inside the period costs (subscriptions-invoices 2.8).
#pragma once

#include <string>

#include "store/account.h"

namespace okapi::engine {

// At creation: nothing was billed yet, so nothing is given back.
void set_first_end(Json& subscription, const Json& params, Seconds now,
                   const std::string& prefix = {});
// At an update, with proration_behavior of the parameters. Writes pending invoice items.
[[nodiscard]] store::Document change_end(store::Transaction& tx,
                                         const store::Document& subscription, const Json& params,
                                         const std::string& prefix);

}  // namespace okapi::engine
