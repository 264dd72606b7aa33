// 3D Secure without a bank: the page that next_action sends a customer to, and the call that says
// how it went (api-conventions 9.4).
#pragma once

#include <string>

#include "api/request.h"
#include "server/control.h"

namespace okapi::server {

// Two buttons, no script. The client secret in the query tells whose intent it is.
[[nodiscard]] api::Response authentication_page(const api::Request& request, Accounts& accounts,
                                                const std::string& intent);
// `outcome` is succeeded (the default) or failed. By key, or from the page by its client_secret,
// which is then sent back to the return_url.
[[nodiscard]] api::Response authenticate(const api::Request& request, const Control::Parts& parts,
                                         World& world, const std::string& intent);

}  // namespace okapi::server
