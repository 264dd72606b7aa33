// Trials: when one is asked for, what it does to anchor and periods, and how it ends
// (subscriptions-invoices 2.3, 2.9).
#pragma once

#include <optional>
#include <string>

#include "api/operation.h"

namespace okapi::engine {

// Writes status, trial_start, trial_end, the anchor and the items' periods of a new subscription
// whose items are there. Nothing when no trial is asked for. Throws for contradictions, times that
// are past and trials beyond two years.
void set_first_trial(Json& subscription, const Json& params, Seconds now);

// An update's trial_end. Later or earlier: the trial and its period end there. Giving a trial to a
// subscription that has none gives back the unused time.
[[nodiscard]] bool asks_for_trial_change(const Json& params, const Json& subscription, Seconds now);
store::Document change_trial(store::Transaction& tx, const store::Document& subscription,
                             const Json& params);
// trial_end=now.
[[nodiscard]] bool ends_trial_now(const Json& params, const Json& subscription);
// Active from now on, with a period that begins now; nothing is billed here.
[[nodiscard]] store::Document end_trial(store::Transaction& tx,
                                        const store::Document& subscription);

// At trial_end without a payment method, where trial_settings say so.
enum class WithoutPaymentMethod { bill, cancel, pause };
[[nodiscard]] WithoutPaymentMethod without_payment_method(const store::Transaction& tx,
                                                          const Json& subscription);

// Stripe: trial_will_end comes three days before the end, or at once when less is left.
constexpr Seconds trial_notice = 3 * day;
[[nodiscard]] bool is_trialing(const Json& subscription);

}  // namespace okapi::engine
