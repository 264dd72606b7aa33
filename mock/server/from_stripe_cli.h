// Parameters of requests that the Stripe CLI sends.
#pragma once

#include <string_view>

#include "api/form.h"
#include "api/params.h"
#include "api/request.h"

namespace okapi::server {

// It sends the request, and leaves the version to the account.
[[nodiscard]] bool is_from_stripe_cli(const api::Request& request);

// Differs: Stripe takes what the account's default version knows, and its accounts have all ages;
// an account here has the newest. So the parameters are taken as by the newest version up to
// `version` that knows them all. Throws ApiError, of `version`, where there is none.
[[nodiscard]] api::Input check_as_stripe_cli(const api::Operation& operation,
                                             const api::FormNode& form, std::string_view version);

}  // namespace okapi::server
