// The life of a subscription: its first invoice, renewals, and every way it ends
// (usage-billing 3.2, 3.4; subscriptions-invoices 2.1, 2.3, 2.8, 3.3).
#pragma once

#include <optional>
#include <string>

#include "api/operation.h"
#include "engine/bill.h"

namespace okapi::engine {

enum class PaymentBehavior { allow_incomplete, default_incomplete, error_if_incomplete };

// NOLINTNEXTLINE(bugprone-exception-escape): moving a Json checks its invariant
struct StartOptions {
  Json add_invoice_items = nullptr;  // of the parameters
  PaymentBehavior payment_behavior = PaymentBehavior::allow_incomplete;
  bool off_session = false;
  bool waits = false;  // the first invoice stays a draft like a renewal's: that of a schedule
};
// Stores the new subscription (items with their first period inside) and bills it. Throws when the
// first payment refuses it.
store::Document start_subscription(store::Transaction& tx, Json subscription,
                                   const api::Settings& settings, const StartOptions& options);

// Stores a composed bill as a draft with everything that is derived, and claims what it took;
// emits invoice.created.
store::Document store_draft(store::Transaction& tx, Bill bill);

// Steps of time, each with now = its moment.
void renew(store::Transaction& tx, const store::Document& subscription,
           const api::Settings& settings);
// A renewal into other items: `ended` is the subscription as it was until now.
void renew_into(store::Transaction& tx, const store::Document& subscription, const Json& ended,
                const api::Settings& settings);
// A bill that nobody asked for in a request waits as a draft, and becomes the latest invoice. Gives
// the subscription.
store::Document bill_later(store::Transaction& tx, const store::Document& subscription, Bill bill,
                           const api::Settings& settings);
void notice_trial_end(store::Transaction& tx, const store::Document& subscription,
                      const api::Settings& settings);
void end_trial_by_itself(store::Transaction& tx, const store::Document& subscription,
                         const api::Settings& settings);
void cancel_at_its_time(store::Transaction& tx, const store::Document& subscription,
                        const api::Settings& settings);
void expire_incomplete(store::Transaction& tx, const store::Document& subscription,
                       const api::Settings& settings);
// How long before a renewal that is.
[[nodiscard]] Seconds upcoming_notice(const Json& subscription);
void notify_upcoming(store::Transaction& tx, const store::Document& subscription,
                     const api::Settings& settings);

struct CancelOptions {
  bool invoice_now = false;
  bool prorate = false;                 // a credit for the unused time
  Json cancellation_details = nullptr;  // comment, feedback, feedback_option of the request
};
store::Document cancel_now(store::Transaction& tx, const store::Document& subscription,
                           const api::Settings& settings, const CancelOptions& options);
// Stripe: deleting a customer cancels all its subscriptions at once, without a last invoice.
void end_subscriptions_of(store::Transaction& tx, std::string_view customer);
// A dispute took back what was paid for it.
void end_for_lost_dispute(store::Transaction& tx, const store::Document& subscription);
// All retries failed: canceled, unpaid, paused or left past_due, as the settings say.
void end_for_failed_payment(store::Transaction& tx, const store::Document& subscription,
                            const api::Settings& settings);
// The first invoice was never paid and is void now.
void end_incomplete(store::Transaction& tx, const store::Document& subscription);

// Active, past due and the like: periods go on.
[[nodiscard]] bool is_running(const Json& subscription);
// canceled, incomplete_expired.
[[nodiscard]] bool is_ended(const Json& subscription);

// The due reader of subscriptions.
void subscription_due(const Json& subscription, std::vector<store::Due>& due);

}  // namespace okapi::engine
