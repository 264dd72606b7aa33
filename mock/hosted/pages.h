// The pages that customers see: invoices, Checkout, the customer portal, payment links, 3D Secure,
// and the script that stands in for Stripe.js. Rendered here, without JavaScript; what they do,
// they do as clients of the API (client.h), in the account that their address names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/request.h"

namespace okapi::server {
class Dispatch;
}

namespace okapi::hosted {

// Nothing where the address is none of theirs. Throws api::ApiError for requests of foreign pages.
[[nodiscard]] std::optional<api::Response> page(server::Dispatch& dispatch,
                                                const api::Request& request,
                                                const std::vector<std::string>& allowed_hosts);

}  // namespace okapi::hosted
