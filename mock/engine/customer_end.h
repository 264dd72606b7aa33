// The end of a customer, asked for by itself or with its test clock.
#pragma once

#include "store/account.h"

namespace okapi::engine {

// What a deleted customer leaves behind, so that a later GET still answers the stub.
constexpr std::string_view deleted_customer_kind = "okapi.deleted_customer";

// Cancels the subscriptions, detaches the payment methods (without events of their own) and emits
// customer.deleted with the full object.
void delete_customer(store::Transaction& tx, const store::Document& customer);

}  // namespace okapi::engine
