// pending_invoice_item_interval: invoice items that wait are billed more often than the periods of
// their subscription end (subscriptions-invoices 2.3, 3.2).
#pragma once

#include "api/operation.h"

namespace okapi::engine {

// Sets or clears it where the parameters name it, and next_pending_invoice_item_invoice with it.
// Throws for more than a year.
void set_pending_interval(Json& subscription, const Json& params, Seconds now);

// A step of time: what waits becomes an invoice of its own.
void bill_pending_items(store::Transaction& tx, const store::Document& subscription,
                        const api::Settings& settings);

}  // namespace okapi::engine
