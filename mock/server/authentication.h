// 3D Secure without a bank: the call that says how it went, from a client or from the page that
// next_action sends a customer to (hosted/challenge_page; api-conventions 9.4).
#pragma once

#include <string>

#include "api/request.h"
#include "server/control.h"
#include "store/document.h"

namespace okapi::server {

struct ChallengedIntent {
  World* world = nullptr;
  store::Document intent = {};  // empty: no account has one with this secret
};
[[nodiscard]] ChallengedIntent find_challenged(Accounts& accounts, const std::string& intent,
                                               const std::string& secret);
// `outcome` is succeeded (the default) or failed. By key, or from the page by its client_secret,
// which is then sent back to the return_url.
[[nodiscard]] api::Response authenticate(const api::Request& request, const Control::Parts& parts,
                                         World& world, const std::string& intent);

}  // namespace okapi::server
