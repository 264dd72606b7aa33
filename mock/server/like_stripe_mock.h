// What --unknown-ids=synthesize takes and answers like stripe-mock does, where Stripe would not.
#pragma once

#include <string_view>

#include "api/form.h"
#include "api/params.h"

namespace okapi::server {

// The parameters of a request, where a path of `expand` that leads nowhere is no mistake. Throws
// ApiError for the rest.
[[nodiscard]] api::Input check_as_stripe_mock(const api::Operation& operation, api::FormNode form,
                                              std::string_view version);

// A rendered list, of either API, without a row.
[[nodiscard]] bool lists_nothing(std::string_view body);

}  // namespace okapi::server
