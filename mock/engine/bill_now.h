// An invoice of a subscription that is made, finalized and paid inside the request: always_invoice,
// a new anchor, the end of a trial by hand (subscriptions-invoices 2.6, 2.7).
#pragma once

#include "engine/bill.h"
#include "engine/cycle.h"

namespace okapi::engine {

struct BillNow {
  PaymentBehavior payment_behavior = PaymentBehavior::allow_incomplete;
  bool off_session = true;
  bool keeps_status = false;  // the caller sees to a failed payment
};
enum class BilledNow { nothing, paid, sent, unpaid };

// The subscription is as it shall be; it gets the invoice as its latest, and its own event where
// Stripe has it among those of the payment. Nothing is made of a bill without lines.
//
// Throws no_payment_method, and what the payment was refused with where payment_behavior says so.
// An unpaid invoice makes the subscription past_due.
BilledNow bill_now(store::Transaction& tx, const store::Document& subscription, Bill bill,
                   const api::Settings& settings, const BillNow& how);

}  // namespace okapi::engine
