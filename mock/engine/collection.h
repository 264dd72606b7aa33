// Getting an open invoice paid, and the other ways in which it ends: attempts and retries, payment
// out of band, void, uncollectible; and what each means to the subscription behind it
// (subscriptions-invoices 2.1, 3.1, 3.3).
#pragma once

#include <optional>

#include "api/operation.h"
#include "engine/payments.h"

namespace okapi::engine {

struct PaymentTry {
  store::Document payment_method = {};  // empty: the invoice's, the subscription's, the customer's
  bool automatic = true;                // counts as an attempt and schedules the next one
  bool off_session = true;
  bool starts_subscription = false;  // the caller sets the subscription's status itself
  bool updated_event = true;         // invoice.updated when it succeeds
  bool counted = false;              // a debit that was counted when it began
  // customer.subscription.updated stands among the events of a success.
  store::Document updated_subscription = {};
};
struct PaymentResult {
  enum class Status {
    paid,
    processing,
    declined,
    requires_action,
    no_payment_method,
    waits_for_another_method,
  } status;
  store::Document invoice;
  std::optional<api::ApiError> refusal = {};
};
// One attempt on an open invoice with everything that follows from its outcome, events included.
PaymentResult try_payment(store::Transaction& tx, const store::Document& invoice,
                          const api::Settings& settings, const PaymentTry& attempt);

// A payment that was confirmed at its intent, or authenticated: its invoice is paid, if it has one.
void intent_succeeded(store::Transaction& tx, std::string_view payment_intent);
// A step of time: the bank tells what became of a payment that was processing.
void settle_intent(store::Transaction& tx, const store::Document& intent,
                   const api::Settings& settings);
// The due reader of PaymentIntents.
void intent_due(const Json& intent, std::vector<store::Due>& due);
[[nodiscard]] store::Document invoice_of_intent(const store::Transaction& tx,
                                                std::string_view payment_intent);

// As time passes: the attempt after finalization, the one asked for by a request that answers
// `open` first, and retries.
void collect_automatically(store::Transaction& tx, const store::Document& invoice,
                           const api::Settings& settings);
void collect_at_once(store::Transaction& tx, const store::Document& invoice,
                     const api::Settings& settings);
void retry_payment(store::Transaction& tx, const store::Document& invoice,
                   const api::Settings& settings);
void pass_due_date(store::Transaction& tx, const store::Document& invoice,
                   const api::Settings& settings);
void notice_due_date(store::Transaction& tx, const store::Document& invoice,
                     const api::Settings& settings);
void notice_overdue(store::Transaction& tx, const store::Document& invoice,
                    const api::Settings& settings);

// Asks for collect_at_once after this request.
store::Document collect_soon(store::Transaction& tx, const store::Document& invoice);

// Nothing remains to be paid, though not by the invoice's own payment.
store::Document close_as_paid(store::Transaction& tx, const store::Document& invoice);
store::Document pay_out_of_band(store::Transaction& tx, const store::Document& invoice);
// default_incomplete: the invoice's intent waits to be confirmed with the default method, where
// there is one.
void suggest_payment_method(store::Transaction& tx, const Json& invoice);
store::Document void_invoice(store::Transaction& tx, const store::Document& invoice);
store::Document mark_uncollectible(store::Transaction& tx, const store::Document& invoice);

// Stripe: what was written off may still be paid, too.
[[nodiscard]] bool may_be_paid(const Json& invoice);

// The default payment of an open or paid invoice; empty when nothing was due.
[[nodiscard]] store::Document payment_of(const store::Transaction& tx, const Json& invoice);

}  // namespace okapi::engine
