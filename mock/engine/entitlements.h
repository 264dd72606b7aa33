// Entitlements: which features a customer has, by the products of the subscriptions that run. They
// are derived, never written by a caller: every change of a subscription or of a product's features
// ends here.
#pragma once

#include <string>

#include "store/account.h"

namespace okapi::engine {

constexpr const char* active_entitlement_kind = "entitlements.active_entitlement";

// api::Follow: the customers of all subscriptions that this transaction told of.
void follow_subscriptions(store::Transaction& tx);
// The features of a product changed.
void follow_product(store::Transaction& tx, const std::string& product);

}  // namespace okapi::engine
