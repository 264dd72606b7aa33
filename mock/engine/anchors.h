// From when a new subscription counts its periods: billing_cycle_anchor and
// billing_cycle_anchor_config at creation (subscriptions-invoices 2.5).
#pragma once

#include "base/json.h"
#include "base/time.h"

namespace okapi::engine {

// Now, or what the parameters say. The items' intervals are looked at by the second, which
// follows when they are there, and which refuses an anchor beyond the first natural renewal.
void set_first_anchor(Json& subscription, const Json& params, Seconds now);
void settle_first_anchor(Json& subscription, const Json& params, Seconds now);

}  // namespace okapi::engine
