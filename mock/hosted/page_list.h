// The pages themselves: one function each, from a visit to its answer.
#pragma once

#include "api/request.h"
#include "hosted/visit.h"

namespace okapi::hosted {

[[nodiscard]] api::Response invoice_page(const Visit& visit);
[[nodiscard]] api::Response invoice_file(const Visit& visit);
[[nodiscard]] api::Response credit_note_file(const Visit& visit);
[[nodiscard]] api::Response checkout_page(const Visit& visit);
[[nodiscard]] api::Response link_page(const Visit& visit);
[[nodiscard]] api::Response portal_page(const Visit& visit);
[[nodiscard]] api::Response portal_login_page(const Visit& visit);

}  // namespace okapi::hosted
