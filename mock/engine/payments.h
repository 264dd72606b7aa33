// Taking money: a payment method's outcome, the PaymentIntent, the charge and the balance
// transaction that an attempt leaves behind (api-conventions 9, subscriptions-invoices 3.8).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/error.h"
#include "store/account.h"

namespace okapi::engine {

// First that is set: invoice, subscription, customer default (subscriptions-invoices 1.1). Empty
// document: there is none.
[[nodiscard]] store::Document payment_method_for(const store::Transaction& tx, const Json& invoice);

// The last four of these: what a subscription's next invoice would be paid with.
[[nodiscard]] store::Document payment_method_of(const store::Transaction& tx,
                                                const Json& subscription);

enum class PaymentStatus { succeeded, processing, declined, requires_action };

struct PaymentOutcome {
  PaymentStatus status = PaymentStatus::succeeded;
  std::string payment_intent;
  std::string charge;                    // empty while an action is required
  std::optional<api::ApiError> refusal;  // the 402 that a synchronous caller gets
};

struct PaymentRequest {
  std::string customer;
  std::string currency;
  std::int64_t amount = 0;
  std::string description = {};  // "Subscription creation", "Payment for Invoice"
  std::string invoice = {};      // payment_details.order_reference
  bool off_session = true;
  bool setup_future_usage = false;
};

// A PaymentIntent for an invoice that became open, in requires_payment_method; emits
// payment_intent.created. Gives its id.
std::string open_payment_intent(store::Transaction& tx, const PaymentRequest& request);
// Where the customer goes to authenticate: a page of ours with a return_url, else the client's own
// script. Both kinds of intents.
[[nodiscard]] Json next_action(const Json& intent);
// What an attempt with the payment method will come to.
[[nodiscard]] PaymentStatus foresee_payment(const store::Transaction& tx,
                                            const store::Document& payment_method,
                                            bool off_session);
// Confirms it with the payment method; writes the charge and the balance transaction; emits
// charge.succeeded, payment_intent.succeeded or their failures.
PaymentOutcome confirm_payment_intent(store::Transaction& tx, const std::string& payment_intent,
                                      const store::Document& payment_method, bool off_session);
// The customer came back from authentication: the payment goes on, or fails.
PaymentOutcome authenticate_payment(store::Transaction& tx, const store::Document& intent,
                                    bool succeeds);
// What a bank made of a payment that was processing.
PaymentOutcome settle_debit(store::Transaction& tx, const store::Document& intent);
void cancel_payment_intent(store::Transaction& tx, const std::string& payment_intent,
                           const std::string& reason = "void_invoice");

}  // namespace okapi::engine
