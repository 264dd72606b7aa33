// A subscription enters a phase of its schedule: items replaced, settings taken, prorations or a
// renewal made of it (subscriptions-invoices 4.3).
#pragma once

#include "api/operation.h"

namespace okapi::engine {

// The phase begins by itself, at tx.now(). Where a period ends at that very time the subscription
// renews into the new items and nothing is prorated; inside a period the phase's own
// proration_behavior counts. Emits customer.subscription.updated; gives the subscription.
store::Document enter_phase(store::Transaction& tx, const Json& schedule,
                            const store::Document& subscription, const Json& phase,
                            const api::Settings& settings);

// A request changed the current phase: its billing follows at once. `proration_behavior` is the
// request's.
store::Document apply_phase_change(store::Transaction& tx, const Json& schedule,
                                   const store::Document& subscription, const Json& phase,
                                   const std::string& proration_behavior,
                                   const api::Settings& settings);

// What enter_phase would bill, for previews: the subscription with the phases that begin until its
// next renewal; `ended` is what that renewal bills the usage of (null: the subscription itself).
struct PhasesAhead {
  store::Document subscription;
  Json ended = nullptr;
};
[[nodiscard]] PhasesAhead rehearse_phases(store::Transaction& tx,
                                          const store::Document& subscription);

}  // namespace okapi::engine
