// The script that stands in for Stripe.js, at the addresses that Stripe has it at: /v3/, /basil/
// stripe.js and so on (api-conventions 10.4).
#pragma once

#include <optional>

#include "api/request.h"

namespace okapi::hosted {

// Nothing where the address is another one.
[[nodiscard]] std::optional<api::Response> stripe_script(const api::Request& request);

}  // namespace okapi::hosted
