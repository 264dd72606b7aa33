// A customer has one currency: that of the first money object (subscriptions-invoices 1.1).
#pragma once

#include <string>

#include "store/account.h"

namespace okapi::engine {

// Stamps it and emits customer.updated; afterwards refuses another currency while something of the
// old one lives.
void settle_currency(store::Transaction& tx, const std::string& customer,
                     const std::string& currency);

}  // namespace okapi::engine
