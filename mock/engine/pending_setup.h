// pending_setup_intent: a subscription that has nothing to pay yet asks for a payment method
// (subscriptions-invoices 2.3).
#pragma once

#include "api/operation.h"

namespace okapi::engine {

// A SetupIntent in requires_payment_method, not stored; `customer` may be empty.
[[nodiscard]] Json new_setup_intent(store::Transaction& tx, const std::string& customer);

// Emits setup_intent.canceled. `reason` is null or one of Stripe's words.
store::Document cancel_setup_intent(store::Transaction& tx, const store::Document& intent,
                                    const Json& reason);

// Gives the subscription one when it has no payment method to be charged with later; emits
// setup_intent.created.
store::Document ask_for_payment_method(store::Transaction& tx, const store::Document& subscription);
// Its SetupIntent went through: the payment method is the subscription's from now on.
void finish_pending_setup(store::Transaction& tx, const store::Document& setup_intent);
// Nobody needs it any more.
void cancel_pending_setup(store::Transaction& tx, const Json& subscription);

}  // namespace okapi::engine
