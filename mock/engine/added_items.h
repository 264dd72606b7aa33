// add_invoice_items of a subscription: one-off charges that stand on the invoice of its creation or
// of an update, else on the next one (subscriptions-invoices 2.7).
#pragma once

#include "store/account.h"

namespace okapi::engine {

// Writes them as pending invoice items of the subscription. Throws for more than 20, for recurring
// prices and whatever else an invoice item refuses.
void add_invoice_items(store::Transaction& tx, const Json& subscription, const Json& params);

}  // namespace okapi::engine
