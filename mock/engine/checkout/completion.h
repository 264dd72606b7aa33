// Somebody accepts what a Checkout Session offers: a customer, a payment, a set-up or a
// subscription come of it (api-conventions 10.1).
#pragma once

#include <optional>
#include <string>

#include "api/operation.h"

namespace okapi::engine {

struct Acceptance {
  store::Document payment_method = {};  // empty: none is needed, or none was given
  // {email, name, phone, address}: what the person typed; absent members: not asked for.
  Json details = Json::object();
  Json shipping = nullptr;              // {name, address}
  Json custom_fields = Json::object();  // key to value
  Json consent = Json::object();        // {promotions, terms_of_service}
  Json tax_id = nullptr;                // {type, value}
  std::optional<std::int64_t> expected_amount = {};
};
// Pays, or asks the customer to authenticate: then the session stays open until that has happened.
// Throws the 402 of a refused payment, which is kept; the person may try again.
store::Document accept_session(store::Transaction& tx, const store::Document& session,
                               const Acceptance& acceptance, const api::Settings& settings);

// A payment or set-up of a session came through, or the bank's answer to a debit arrived, by
// whatever way: completes the session, or tells of its payment. Nothing where no session is behind
// it.
void follow_session(store::Transaction& tx, const std::string& intent);
// What the customer has to do next; null: nothing.
[[nodiscard]] Json next_action_of_session(const store::Transaction& tx, const Json& session);

}  // namespace okapi::engine
