// Time in bulk. On a clock that rules many subscriptions nearly all that happens has happened just
// so before: invoice.upcoming, a renewal, its collection an hour later by a card that pays. Such
// months are not played but told (store/stretch.h): kept as what they follow from, and played by
// the same functions as any other when somebody reads what they made.
//
// One month of each shape of subscription is played beforehand and compared with what is assumed of
// it: which documents it makes and changes, what it takes off the queue and puts there. A shape
// that does anything else is billed step by step.
#pragma once

#include <string_view>

#include "api/operation.h"

namespace okapi::engine {

// Passes the next steps of the clock until a moment, a few hundred at most, as far as they can be
// told. False: the next one must be played.
[[nodiscard]] bool tell_steps(store::Transaction& tx, std::string_view clock, Seconds until,
                              const api::Settings& settings);
// The clock has arrived; what was kept to go on is let go.
void end_telling(store::Transaction& tx);

}  // namespace okapi::engine
