// PaymentIntents and SetupIntents as their callers drive them: confirm, authenticate
// (api-conventions 9.4, 9.5). Invoices' own payments come from engine/collection.
#pragma once

#include <string>

#include "api/error.h"
#include "api/operation.h"

namespace okapi::engine {

// "This PaymentIntent could not …": 400 payment_intent_unexpected_state (or setup_intent_…) with
// the whole intent.
[[nodiscard]] api::ApiError unexpected_state(const store::Document& intent, std::string message);

struct ConfirmRequest {
  store::Document payment_method;  // empty: the intent's own
  bool off_session = false;
  bool error_on_requires_action = false;
};
// Pays, and with it the invoice behind it. Throws the 402 of a refused payment, which is kept.
store::Document confirm_payment(store::Transaction& tx, const store::Document& intent,
                                const ConfirmRequest& request);
store::Document confirm_setup(store::Transaction& tx, const store::Document& intent,
                              const ConfirmRequest& request);
// amounts or descriptor_code of verify_microdeposits, for either kind of intent. Throws where no
// account waits to be verified, and for wrong ones.
store::Document verify_microdeposits(store::Transaction& tx, const store::Document& intent,
                                     const Json& params);
// api::Authenticate
void authenticate(store::Transaction& tx, const std::string& intent, bool succeeds);

// The types that the parameters name, under the name since endive or the one before; null: none.
[[nodiscard]] Json named_method_types(const Json& params);
// Writes them into the intent, which then has no automatic_payment_methods. False where there are
// none.
bool take_method_types(Json& intent, const Json& params);

// The payment_method or payment_method_data of the parameters; empty: neither. Throws for one that
// belongs to another customer.
[[nodiscard]] store::Document read_payment_method(store::Transaction& tx, const Json& params,
                                                  const std::string& customer);

}  // namespace okapi::engine
