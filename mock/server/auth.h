// Whose request it is: the key of the Authorization header to a world (api-conventions 3).
#pragma once

#include <string>
#include <string_view>

#include "api/request.h"
#include "server/accounts.h"

namespace okapi::server {

struct Options;

// Of okapi's own commands, and of whoever logs in with the Stripe CLI: they see the same account.
constexpr std::string_view usual_key = "sk_test_okapi";

// The key or token as it was sent, by Bearer or as the user name of Basic; empty without one.
[[nodiscard]] std::string credential_of(const api::Request& request);

struct Caller {
  World* world = nullptr;              // of the connected account where one is named
  World* platform = nullptr;           // then
  std::string credential = {};         // as sent; empty without one
  std::string connected_account = {};  // of Stripe-Account or Stripe-Context, to be echoed
  bool publishable = false;            // a browser, which may call little
};

// Throws api::ApiError: no key, a key of another kind, a live key.
[[nodiscard]] Caller identify(const api::Request& request, Accounts& accounts,
                              const Options& options);
// The same for control paths: without a key, the default account.
[[nodiscard]] Caller identify_or_default(const api::Request& request, Accounts& accounts,
                                         const Options& options);

// For logs and pages: sk_test_…abcd. Never shows a live key.
[[nodiscard]] std::string shown_key(std::string_view key);

}  // namespace okapi::server
