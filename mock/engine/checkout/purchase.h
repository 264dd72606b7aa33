// The objects that a Checkout Session makes: a PaymentIntent, an invoice, a SetupIntent, a
// subscription; made once, and found again when the first attempt to pay failed.
#pragma once

#include <string>

#include "engine/checkout/completion.h"

namespace okapi::engine {

struct Purchase {
  store::Document buyer = {};  // empty: a guest
  store::Document payment_method = {};
};
// Makes what is missing, unpaid. Gives the session.
store::Document purchase(store::Transaction& tx, const store::Document& session,
                         const Purchase& wanted, const api::Settings& settings);
// The intent that the session's payment or set-up hangs on; empty: nothing is to be paid.
[[nodiscard]] std::string intent_of_session(const store::Transaction& tx, const Json& session);

// The payment method of a subscription's first payment pays its renewals.
void keep_for_renewals(store::Transaction& tx, const std::string& subscription,
                       const std::string& payment_method);
// The same where nothing was due: it is tried and attached. Throws the 402 of a refused card.
void keep_paid_nothing(store::Transaction& tx, const Json& session, const Acceptance& acceptance,
                       const store::Document& buyer);

}  // namespace okapi::engine
