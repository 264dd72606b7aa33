// Subscriptions that rest: /pause and /resume, and pause_collection, which only holds back the
// money (subscriptions-invoices 2.9).
#pragma once

#include "api/operation.h"

namespace okapi::engine {

// Stripe: bill_for and invoicing_behavior say what is given back and what usage is billed.
store::Document pause_subscription(store::Transaction& tx, const store::Document& subscription,
                                   const Json& params, const api::Settings& settings);
store::Document resume_subscription(store::Transaction& tx, const store::Document& subscription,
                                    const Json& params, const api::Settings& settings);
// With resume_on_payment_success it rests until its invoice is paid, for 23 hours: the invoice of
// `_resumption` was paid or closed, which judge_resumption looks at. True when the subscription
// went on and told so.
bool judge_resumption(store::Transaction& tx, const store::Document& subscription);
void expire_resumption(store::Transaction& tx, const store::Document& subscription,
                       const api::Settings& settings);
// `reason` is a type of status_details.paused.subscription. Emits customer.subscription.paused.
store::Document rest(store::Transaction& tx, const store::Document& subscription,
                     const char* reason);

// An update's pause_collection: {behavior, resumes_at}, or null to go on.
void set_pause_collection(Json& subscription, const Json& params, Seconds now);
// keep_as_draft, mark_uncollectible, void; empty: collection is not paused.
[[nodiscard]] std::string paused_collection(const Json& subscription);
// A step of time: resumes_at is reached.
void resume_collection(store::Transaction& tx, const store::Document& subscription,
                       const api::Settings& settings);

}  // namespace okapi::engine
