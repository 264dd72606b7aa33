#include "engine/clock.h"

#include <algorithm>

#include "api/error.h"
#include "base/check.h"
#include "engine/checkout/session.h"
#include "engine/collection.h"
#include "engine/coupons.h"
#include "engine/credits.h"
#include "engine/cycle.h"
#include "engine/disputes.h"
#include "engine/finalize.h"
#include "engine/late_usage.h"
#include "engine/months.h"
#include "engine/pauses.h"
#include "engine/pending_interval.h"
#include "engine/pending_update.h"
#include "engine/quotes.h"
#include "engine/refunds.h"
#include "engine/schedules/pause_schedules.h"
#include "engine/schedules/schedule.h"
#include "engine/tax_ids.h"
#include "engine/thresholds.h"

namespace okapi::engine {
namespace {

void expire_credit_grant(store::Transaction& tx, const store::Document& grant,
                         const api::Settings&) {
  expire_grant(tx, grant);
}

void expire_by_date(store::Transaction& tx, const store::Document& coupon, const api::Settings&) {
  expire_coupon(tx, coupon);
}

void expire_code_by_date(store::Transaction& tx, const store::Document& code,
                         const api::Settings&) {
  expire_promotion_code(tx, code);
}

void advance_clock(store::Transaction& tx, const store::Document& clock,
                   const api::Settings& settings);

// What happens by itself, by kind and by the action that the kind's due reader names.
struct Step {
  std::string_view kind;
  std::string_view action;
  void (*run)(store::Transaction& tx, const store::Document& document,
              const api::Settings& settings);
};

constexpr Step steps[] = {
    {"billing.credit_grant", "expire", expire_credit_grant},
    {"charge", "expire", expire_charge},
    {"checkout.session", "expire", expire_session_by_itself},
    {"coupon", "expire", expire_by_date},
    {"dispute", "deadline", pass_deadline},
    {"dispute", "decide", decide_dispute},
    {"invoice", "collect", collect_at_once},
    {"invoice", "finalize", finalize_by_itself},
    {"invoice", "notice_due_date", notice_due_date},
    {"invoice", "notice_overdue", notice_overdue},
    {"invoice", "overdue", pass_due_date},
    {"invoice", "retry", retry_payment},
    {"okapi.late_usage", "count", count_late_usage},
    {"payment_intent", "settle", settle_intent},
    {"promotion_code", "expire", expire_code_by_date},
    {"quote", "expire", expire_quote},
    {"refund", "settle", settle_refund},
    {"subscription", "bill_pending_items", bill_pending_items},
    {"subscription", "bill_thresholds", bill_thresholds},
    {"subscription", "cancel", cancel_at_its_time},
    {"subscription", "end_trial", end_trial_by_itself},
    {"subscription", "expire_incomplete", expire_incomplete},
    {"subscription", "expire_pending_update", expire_pending_update},
    {"subscription", "expire_resumption", expire_resumption},
    {"subscription", "notice_trial_end", notice_trial_end},
    {"subscription", "notify_upcoming", notify_upcoming},
    {"subscription", "renew", renew},
    {"subscription", "resume_collection", resume_collection},
    {"subscription_schedule", "begin", begin_schedule},
    {"subscription_schedule", "end_phase", end_phase},
    {"subscription_schedule", "notice_end", notice_schedule_end},
    {"subscription_schedule", "pause", pause_by_schedule},
    {"subscription_schedule", "resume", resume_by_schedule},
    {"tax_id", "verify", verify_tax_id},
    {"test_helpers.test_clock", "advance", advance_clock},
};

void run_step(store::Transaction& tx, const store::DueStep& step, const api::Settings& settings) {
  const auto found = std::ranges::find_if(steps, [&](const Step& known) {
    return known.kind == step.document.kind() && known.action == step.due.action;
  });
  OKAPI_CHECK(found != std::end(steps));
  if (step.due.at > 0) tx.set_now(step.due.at);
  found->run(tx, step.document, settings);
  // A step that is still the next one would run forever.
  const std::optional<store::DueStep> next = tx.next_due(step.due.clock, step.due.at);
  OKAPI_CHECK(step.due.action == "advance" || !next || next->document.id() != step.document.id() ||
              next->due.action != step.due.action || next->due.at != step.due.at);
}

// Plays one step that the clock has reached, or, when none is left, arrives at the target.
void advance_clock(store::Transaction& tx, const store::Document& clock,
                   const api::Settings& settings) {
  const auto target =
      at_path(*clock, {"status_details", "advancing", "target_frozen_time"}).get<Seconds>();
  if (tell_steps(tx, clock.id(), target, settings)) return;
  if (const std::optional<store::DueStep> step = tx.next_due(clock.id(), target)) {
    run_step(tx, *step, settings);
    return;
  }
  end_telling(tx);
  tx.set_now(target);
  tx.emit("test_helpers.test_clock.ready", tx.update(clock, [&](Json& edited) {
    edited["frozen_time"] = target;
    edited["status"] = "ready";
    edited["status_details"] = Json::object();
  }));
}

// A step whose numbers exceed any amount (usage of 10^17 at a million each) can never be done. It
// must not be tried for ever: a test clock stops with Stripe's internal_failure, anything else is
// left out of what falls due.
void give_up(store::Transaction& tx, const store::Document& document) {
  if (document.kind() != "test_helpers.test_clock") {
    tx.update(document, [](Json& edited) { edited["_gave_up"] = true; });
    return;
  }
  tx.emit("test_helpers.test_clock.internal_failure", tx.update(document, [](Json& edited) {
    edited["status"] = "internal_failure";
    edited["status_details"] = Json::object();
  }));
}

}  // namespace

Seconds now_of(const store::Transaction& tx, const Json& customer) {
  const std::optional<std::string> id = maybe_text(customer, "test_clock");
  if (!id) return tx.clock().now();
  const store::Document clock = tx.find("test_helpers.test_clock", *id);
  OKAPI_CHECK(clock);
  return integer(*clock, "frozen_time");
}

// No string inside the text can look like the field: its quotes would be escaped. From the back, as
// the field is among the last.
bool is_on_test_clock(const store::Document& document) {
  return document.text().rfind("\"test_clock\":null") == std::string::npos &&
         has(*document, "test_clock");
}

void enter_time_of(store::Transaction& tx, const Json& customer) {
  if (const std::optional<std::string> id = maybe_text(customer, "test_clock")) {
    const store::Document clock = tx.find("test_helpers.test_clock", *id);
    OKAPI_CHECK(clock);
    if (text(*clock, "status") == "advancing") throw api::test_clock_advancing(*id);
  }
  tx.set_now(now_of(tx, customer));
}

namespace {

bool run_next(store::Transaction& tx, std::string_view queue, Seconds until,
              const api::Settings& settings) {
  const std::optional<store::DueStep> step = tx.next_due(queue, until);
  if (!step) return false;
  tx.let_time_pass();
  const store::Transaction::Savepoint before = tx.savepoint();
  try {
    run_step(tx, *step, settings);
  } catch (const OutOfRange&) {
    tx.roll_back(before);
    give_up(tx, step->document);
  }
  return true;
}

}  // namespace

// What must happen at once on any clock stands on the account's own queue at time 0, so that no
// request has to look at every clock.
bool run_due(store::Transaction& tx, const api::Settings& settings) {
  return run_next(tx, "", tx.clock().now(), settings);
}

bool advance_clocks(store::Transaction& tx, const api::Settings& settings) {
  return run_next(tx, api::advancing_clocks, 0, settings);
}

}  // namespace okapi::engine
