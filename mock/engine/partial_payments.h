// Several payments of one invoice: PaymentIntents that are attached to it beside its own
// (subscriptions-invoices 3.8).
#pragma once

#include "store/account.h"

namespace okapi::engine {

// POST /v1/invoices/{id}/attach_payment. A payment that has succeeded counts at once, another one
// when it does. Gives the invoice.
store::Document attach_payment(store::Transaction& tx, const store::Document& invoice,
                               const Json& params);
// The payment of an intent that was attached and has succeeded: amount_paid grows; the invoice is
// paid when nothing remains, and what is too much becomes the customer's credit.
void count_attached_payment(store::Transaction& tx, const store::Document& invoice_payment);

}  // namespace okapi::engine
