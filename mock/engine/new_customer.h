// A customer as it is before anything is said about it: by the API, or by Checkout.
#pragma once

#include "store/account.h"

namespace okapi::engine {

// Not stored; the caller emits customer.created.
[[nodiscard]] Json new_customer(store::Transaction& tx);
// An address or shipping is replaced as a whole; its unsent members are null.
[[nodiscard]] Json whole_address(const Json& given);

}  // namespace okapi::engine
