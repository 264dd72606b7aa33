// Who accepts a Checkout Session: what was typed on the page becomes the session's details and,
// where the session wants one, a customer.
#pragma once

#include "engine/checkout/completion.h"

namespace okapi::engine {

// Writes customer_details, shipping and custom fields of the acceptance into the session. Throws
// for values that a custom field does not take.
store::Document collect_details(store::Transaction& tx, const store::Document& session,
                                const Acceptance& acceptance);
// The session's customer, made now where there is none and the mode needs one; empty: a guest.
// `customer_update` is applied.
[[nodiscard]] store::Document buyer_of(store::Transaction& tx, store::Document& session);

}  // namespace okapi::engine
