// Subscription schedules: made from phases or from a running subscription, carried from phase to
// phase as time passes, changed, and left (subscriptions-invoices 4.3).
#pragma once

#include <string>
#include <string_view>

#include "api/operation.h"

namespace okapi::engine {

// From the parameters of POST /v1/subscription_schedules. A start that has come makes the
// subscription in the same transaction; its first invoice stays a draft like a renewal's.
store::Document create_schedule(store::Transaction& tx, const Json& params,
                                std::string_view version, const api::Settings& settings);
store::Document update_schedule(store::Transaction& tx, const store::Document& schedule,
                                const Json& params, const api::Settings& settings);
// Stripe: `invoice_now` and `prorate` are true unless said otherwise, unlike those of a
// subscription.
store::Document cancel_schedule(store::Transaction& tx, const store::Document& schedule,
                                const Json& params, const api::Settings& settings);

// The subscription that the schedule begins with, not stored.
[[nodiscard]] Json first_subscription(store::Transaction& tx, const store::Document& schedule,
                                      std::string_view version);

// A subscription was changed directly: the current phase follows, and is split where its items
// changed inside it.
void follow_direct_change(store::Transaction& tx, const Json& before, const Json& after,
                          const Json& params);
// Stripe: the end of a scheduled subscription is the schedule's to say. Throws.
void check_not_scheduled(const Json& subscription, const Json& params);

// Steps of time.
void begin_schedule(store::Transaction& tx, const store::Document& schedule,
                    const api::Settings& settings);
void end_phase(store::Transaction& tx, const store::Document& schedule,
               const api::Settings& settings);
void notice_schedule_end(store::Transaction& tx, const store::Document& schedule,
                         const api::Settings& settings);

// The due reader of subscription schedules.
void schedule_due(const Json& schedule, std::vector<store::Due>& due);

}  // namespace okapi::engine
