// Publishable keys: what a browser may call with pk_test_… (api-conventions 3, 10.4).
#pragma once

#include <string>
#include <string_view>

#include "api/catalogue.h"
#include "api/form.h"
#include "base/json.h"

namespace okapi::server {

struct World;

[[nodiscard]] bool is_publishable(std::string_view key);
// "sk_test_X" of "pk_test_X": the account is the same.
[[nodiscard]] std::string secret_key_of(std::string_view publishable);

// What Stripe.js sends along and no operation declares: taken out of the form. Gives the
// client_secret, which is left in where the operation takes one.
[[nodiscard]] std::string take_browser_params(api::FormNode& form, const api::Operation& operation);
// Whether this is the intent's client_secret; takes as long for a near miss as for any other.
[[nodiscard]] bool knows_secret(const Json& intent, std::string_view given);
// Throws for every operation that is not for browsers, and for an intent whose secret the caller
// does not know.
void check_publishable(const World& world, const api::Route& route,
                       const std::string& client_secret);

}  // namespace okapi::server
