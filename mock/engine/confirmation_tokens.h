// Confirmation tokens: a payment method and what goes with it, collected in a browser and used once
// to confirm an intent (api-conventions 9).
#pragma once

#include <string>

#include "store/account.h"

namespace okapi::engine {

// Of a payment method that exists, or of payment_method_data.
store::Document create_confirmation_token(store::Transaction& tx, const Json& params);
// The payment method that it stands for. Throws for unknown and used ones.
store::Document use_confirmation_token(store::Transaction& tx, const std::string& id);

}  // namespace okapi::engine
