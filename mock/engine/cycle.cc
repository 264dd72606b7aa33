#include "engine/cycle.h"

#include <algorithm>

#include "api/error.h"
#include "base/check.h"
#include "engine/added_items.h"
#include "engine/collection.h"
#include "engine/compose.h"
#include "engine/discounts.h"
#include "engine/finalize.h"
#include "engine/pauses.h"
#include "engine/pending_setup.h"
#include "engine/prorations.h"
#include "engine/schedules/end.h"
#include "engine/schedules/phase_change.h"
#include "engine/standing.h"
#include "engine/trials.h"

namespace okapi::engine {
namespace {

// Stripe: an incomplete subscription has 23 hours for its first payment.
constexpr Seconds incomplete_time = 23 * hour;
// Guess: Stripe takes the days from an account setting; 7 is the default here.
constexpr std::int64_t upcoming_days = 7;

bool sends_invoices(const Json& subscription) {
  return text(subscription, "collection_method") == "send_invoice";
}

store::Document set_latest_invoice(store::Transaction& tx, const store::Document& subscription,
                                   const std::string& invoice) {
  return tx.update(subscription, [&](Json& edited) { edited["latest_invoice"] = invoice; });
}

store::Document store_waiting_draft(store::Transaction& tx, Bill bill,
                                    const api::Settings& settings) {
  set_auto_advance(bill.invoice, true, tx.now() + settings.draft_grace);
  return store_draft(tx, std::move(bill));
}

// The first payment of a subscription decides its status (subscriptions-invoices 2.3).
std::string first_payment(store::Transaction& tx, const store::Document& invoice,
                          const api::Settings& settings, const StartOptions& options) {
  if (text(*invoice, "status") == "paid") return "active";
  if (options.payment_behavior == PaymentBehavior::default_incomplete) {
    suggest_payment_method(tx, *invoice);
    return "incomplete";
  }
  const PaymentResult result = try_payment(
      tx, invoice, settings,
      {.off_session = options.off_session, .starts_subscription = true, .updated_event = false});
  using Status = PaymentResult::Status;
  switch (result.status) {
    case Status::paid:
    // Stripe: a debit that is on its way makes the subscription active (docs, overview).
    case Status::processing:
      return "active";
    // Stripe: without any payment method the request is refused and nothing is written.
    case Status::no_payment_method:
      throw api::no_payment_method();
    case Status::declined:
    case Status::requires_action:
    case Status::waits_for_another_method:
      break;
  }
  if (options.payment_behavior == PaymentBehavior::error_if_incomplete) {
    if (!result.refusal) throw api::subscription_requires_action();
    api::ApiError refusal = *result.refusal;
    refusal.commits = false;  // Stripe: nothing is written
    throw refusal;
  }
  return "incomplete";
}

// Ends every collection of the subscription's older invoices (docs, cancel).
void stop_invoices(store::Transaction& tx, const store::Document& subscription,
                   std::string_view except) {
  for (const store::Document& invoice :
       tx.where("invoice", "parent.subscription_details.subscription", subscription.id())) {
    const std::string& status = text(*invoice, "status");
    if (invoice.id() == except || (status != "draft" && status != "open")) continue;
    if (!boolean(*invoice, "auto_advance")) continue;
    const store::Document stopped = tx.update(invoice, [&](Json& edited) {
      set_auto_advance(edited, false, 0);
      edited.erase("_collect");
    });
    // Stripe: nobody asked for it (recorded: request.id null).
    tx.emit("invoice.updated", stopped, store::Cause::itself);
  }
}

struct Ending {
  std::string status = "canceled";
  std::string reason = {};        // empty: keep what stands there
  std::string last_invoice = {};  // goes on being collected
  Json details = nullptr;
};

store::Document end_subscription(store::Transaction& tx, const store::Document& subscription,
                                 const Ending& ending) {
  stop_invoices(tx, subscription, ending.last_invoice);
  cancel_pending_setup(tx, *subscription);
  const store::Document current = tx.find("subscription", subscription.id());
  return tx.update(current, [&](Json& edited) {
    edited["cancel_at"] = nullptr;
    edited["cancel_at_period_end"] = false;
    // Stripe: the moment of an earlier request for the period's end is kept.
    if (!has(edited, "canceled_at")) edited["canceled_at"] = tx.now();
    edited["ended_at"] = tx.now();
    edited["status"] = ending.status;
    Json& details = edited["cancellation_details"];
    if (!ending.reason.empty()) details["reason"] = ending.reason;
    if (ending.details.is_object()) details.update(ending.details);
    if (!ending.last_invoice.empty()) edited["latest_invoice"] = ending.last_invoice;
  });
}

// Stripe: less than three days of trial are announced at once.
store::Document notice_short_trial(store::Transaction& tx, const store::Document& subscription) {
  const bool is_short =
      is_trialing(*subscription) && integer(*subscription, "trial_end") - tx.now() < trial_notice;
  if (!is_short) return subscription;
  notice_trial_end(tx, subscription, {});
  return tx.find("subscription", subscription.id());
}

// Stripe: where nothing is to be paid yet, default_incomplete asks for a payment method.
store::Document ask_when_nothing_is_due(store::Transaction& tx, const store::Document& subscription,
                                        const StartOptions& options) {
  if (options.payment_behavior != PaymentBehavior::default_incomplete) return subscription;
  return ask_for_payment_method(tx, subscription);
}

bool has_lines(const Bill& bill) { return !bill.lines().empty(); }

// The invoice of an immediate cancellation. Empty: nothing was open.
store::Document bill_last_usage(store::Transaction& tx, const store::Document& subscription,
                                const api::Settings& settings) {
  Bill bill = compose_last(tx, *subscription, false);
  if (!has_lines(bill)) return {};
  if (sends_invoices(*subscription)) return store_waiting_draft(tx, std::move(bill), settings);
  bill.invoice["auto_advance"] = true;
  const store::Document draft = store_draft(tx, std::move(bill));
  const bool negative = integer(*draft, "total") < 0;
  store::Document stands = finalize_invoice(
      tx, draft, settings, {.updated = UpdatedEvent::never, .numbered = !negative});
  if (text(*stands, "status") != "open") return stands;
  return try_payment(tx, stands, settings, {.updated_event = false}).invoice;
}

void renew_by(store::Transaction& tx, const store::Document& subscription,
              const RenewalOptions& options, const api::Settings& settings) {
  Bill bill = compose_renewal(tx, *subscription, options);
  // Stripe: an unpaid subscription still makes its invoices, but as drafts that stay.
  // And collection may be paused.
  const bool advances = text(*subscription, "status") != "unpaid" &&
                        paused_collection(*subscription) != "keep_as_draft";
  set_auto_advance(bill.invoice, advances, tx.now() + settings.draft_grace);
  const store::Document draft = store_draft(tx, std::move(bill));
  tx.emit("customer.subscription.updated", tx.update(subscription, [&](Json& edited) {
    move_periods(edited, tx.now());
    edited["discounts"] = active_discounts(tx, edited.at("discounts"), tx.now());
    if (is_trialing(edited)) edited["status"] = "active";
    edited["latest_invoice"] = draft.id();
  }));
}

// The schedule behind a subscription ends with it.
void announce_end(store::Transaction& tx, const store::Document& ended, ScheduleEnd schedule) {
  tx.emit("customer.subscription.deleted", ended);
  end_schedule_of(tx, *ended, schedule);
}

}  // namespace

store::Document store_draft(store::Transaction& tx, Bill bill) {
  settle_bill(tx, bill);
  store::Document draft = store_bill(tx, std::move(bill));
  claim_invoice_items(tx, *draft);
  tx.emit("invoice.created", draft);
  return draft;
}

bool is_ended(const Json& subscription) {
  const std::string& status = text(subscription, "status");
  return status == "canceled" || status == "incomplete_expired";
}

bool is_running(const Json& subscription) {
  return !is_ended(subscription) && text(subscription, "status") != "incomplete" &&
         text(subscription, "status") != "paused";
}

store::Document start_subscription(store::Transaction& tx, Json subscription,
                                   const api::Settings& settings, const StartOptions& options) {
  const std::string running = is_trialing(subscription) ? "trialing" : "active";
  subscription["status"] = running;
  if (settings.upcoming_days != upcoming_days) {
    subscription["_upcoming_days"] = settings.upcoming_days;
  }
  store::Document started = tx.insert(std::move(subscription));
  tx.emit("customer.subscription.created", started);
  add_invoice_items(tx, *started, {{"add_invoice_items", options.add_invoice_items}});
  Bill bill = compose_first(tx, *started, false);
  // Stripe: flexible billing makes no empty invoice; a metered subscription is active at once.
  if (!has_lines(bill)) {
    return notice_short_trial(tx, ask_when_nothing_is_due(tx, started, options));
  }
  if (options.waits || (sends_invoices(*started) && !is_trialing(*started))) {
    const store::Document draft = store_waiting_draft(tx, std::move(bill), settings);
    return notice_short_trial(tx, set_latest_invoice(tx, started, draft.id()));
  }
  bill.invoice["auto_advance"] = true;
  const store::Document draft = store_draft(tx, std::move(bill));
  started = set_latest_invoice(tx, started, draft.id());
  const store::Document invoice =
      finalize_invoice(tx, draft, settings, {.updated = UpdatedEvent::never});
  const std::string status = first_payment(tx, invoice, settings, options);
  started = tx.update(
      started, [&](Json& edited) { edited["status"] = status == "active" ? running : status; });
  if (text(*invoice, "status") == "paid") started = ask_when_nothing_is_due(tx, started, options);
  return notice_short_trial(tx, started);
}

void notice_trial_end(store::Transaction& tx, const store::Document& subscription,
                      const api::Settings&) {
  tx.emit("customer.subscription.trial_will_end",
          tx.update(subscription, [](Json& edited) { edited["_trial_noticed"] = true; }));
}

void end_trial_by_itself(store::Transaction& tx, const store::Document& subscription,
                         const api::Settings& settings) {
  switch (without_payment_method(tx, *subscription)) {
    case WithoutPaymentMethod::bill:
      renew(tx, subscription, settings);
      return;
    case WithoutPaymentMethod::cancel:
      announce_end(tx, end_subscription(tx, subscription, {}), ScheduleEnd::canceled);
      return;
    case WithoutPaymentMethod::pause:
      rest(tx, subscription, "trial_end_without_payment_method");
      return;
  }
}

void renew(store::Transaction& tx, const store::Document& subscription,
           const api::Settings& settings) {
  renew_by(tx, subscription, {.at = tx.now()}, settings);
}

void renew_into(store::Transaction& tx, const store::Document& subscription, const Json& ended,
                const api::Settings& settings) {
  renew_by(tx, subscription, {.at = tx.now(), .ended = &ended}, settings);
}

store::Document bill_later(store::Transaction& tx, const store::Document& subscription, Bill bill,
                           const api::Settings& settings) {
  if (!has_lines(bill)) return subscription;
  const store::Document draft = store_waiting_draft(tx, std::move(bill), settings);
  return set_latest_invoice(tx, subscription, draft.id());
}

void cancel_at_its_time(store::Transaction& tx, const store::Document& subscription,
                        const api::Settings& settings) {
  // The last usage is billed as a renewal without the next period's licences; it waits for late
  // events like any other and is collected although the subscription has ended.
  Bill bill = compose_renewal(tx, *subscription, {.at = tx.now(), .ends = true});
  Ending ending;
  if (has_lines(bill)) {
    ending.last_invoice = store_waiting_draft(tx, std::move(bill), settings).id();
  }
  announce_end(tx, end_subscription(tx, subscription, ending), ScheduleEnd::completed);
}

store::Document cancel_now(store::Transaction& tx, const store::Document& subscription,
                           const api::Settings& settings, const CancelOptions& options) {
  Ending ending = {.reason = "cancellation_requested", .details = options.cancellation_details};
  if (options.prorate) credit_all_items(tx, *subscription, tx.now());
  if (options.invoice_now) {
    const store::Document last = bill_last_usage(tx, subscription, settings);
    if (last) ending.last_invoice = last.id();
  }
  store::Document ended = end_subscription(tx, subscription, ending);
  announce_end(tx, ended, ScheduleEnd::canceled);
  return ended;
}

void end_subscriptions_of(store::Transaction& tx, std::string_view customer) {
  for (const store::Document& subscription : tx.where("subscription", "customer", customer)) {
    if (is_ended(*subscription)) continue;
    announce_end(tx, end_subscription(tx, subscription, {.reason = "cancellation_requested"}),
                 ScheduleEnd::canceled);
  }
}

void end_for_failed_payment(store::Transaction& tx, const store::Document& subscription,
                            const api::Settings& settings) {
  using enum api::Settings::AfterRetries;
  if (is_ended(*subscription) || settings.after_retries == past_due) return;
  if (settings.after_retries == unpaid) {
    tx.emit("customer.subscription.updated",
            tx.update(subscription, [](Json& edited) { edited["status"] = "unpaid"; }));
    return;
  }
  if (settings.after_retries == pause) {
    rest(tx, subscription, "final_payment_failure");
    return;
  }
  announce_end(tx, end_subscription(tx, subscription, {.reason = "payment_failed"}),
               ScheduleEnd::aborted);
}

void end_for_lost_dispute(store::Transaction& tx, const store::Document& subscription) {
  if (is_ended(*subscription)) return;
  announce_end(tx, end_subscription(tx, subscription, {.reason = "payment_disputed"}),
               ScheduleEnd::canceled);
}

void end_incomplete(store::Transaction& tx, const store::Document& subscription) {
  const store::Document ended =
      end_subscription(tx, subscription, {.status = "incomplete_expired"});
  tx.emit("customer.subscription.updated", ended);
  end_schedule_of(tx, *ended, ScheduleEnd::canceled);
}

void expire_incomplete(store::Transaction& tx, const store::Document& subscription,
                       const api::Settings&) {
  const std::optional<std::string> latest = maybe_text(*subscription, "latest_invoice");
  const store::Document first = latest ? tx.find("invoice", *latest) : store::Document();
  if (first && text(*first, "status") == "open") {
    void_invoice(tx, first);  // ends the subscription with it
    return;
  }
  end_incomplete(tx, subscription);
}

void notify_upcoming(store::Transaction& tx, const store::Document& subscription,
                     const api::Settings& settings) {
  const Seconds end = period_of(*subscription).end;
  tx.update(subscription, [&](Json& edited) { edited["_upcoming_noticed"] = end; });
  const store::Transaction::Savepoint before = tx.savepoint();
  const PhasesAhead ahead = rehearse_phases(tx, tx.find("subscription", subscription.id()));
  Bill bill = compose_renewal(
      tx, *ahead.subscription,
      {.at = end, .preview = true, .ended = ahead.ended.is_null() ? nullptr : &ahead.ended});
  bill.invoice["created"] = end;
  bill.invoice["next_payment_attempt"] = end + settings.draft_grace;
  settle_bill(tx, bill);
  bill.invoice["ending_balance"] = 0;
  tx.roll_back(before);
  // The event keeps the preview; the store does not.
  const store::Document preview = tx.insert(std::move(bill.invoice));
  tx.emit("invoice.upcoming", preview);
  tx.erase(preview);
}

Seconds upcoming_notice(const Json& subscription) {
  return maybe_integer(subscription, "_upcoming_days").value_or(upcoming_days) * day;
}

void subscription_due(const Json& subscription, std::vector<store::Due>& due) {
  if (is_ended(subscription) || maybe_boolean(subscription, "_gave_up")) return;
  const std::string clock = maybe_text(subscription, "test_clock").value_or("");
  if (text(subscription, "status") == "incomplete") {
    due.push_back({.at = integer(subscription, "created") + incomplete_time,
                   .rank = 3,
                   .action = "expire_incomplete",
                   .clock = clock});
    return;
  }
  const billing::Period period = period_of(subscription);
  if (const auto cancel_at = maybe_integer(subscription, "cancel_at")) {
    due.push_back({.at = *cancel_at, .rank = 4, .action = "cancel", .clock = clock});
  }
  if (has(subscription, "pending_update")) {
    due.push_back({.at = integer(subscription.at("pending_update"), "expires_at"),
                   .rank = 3,
                   .action = "expire_pending_update",
                   .clock = clock});
  }
  if (const Json& until = at_path(subscription, {"_resumption", "expires_at"}); until.is_number()) {
    due.push_back(
        {.at = until.get<Seconds>(), .rank = 3, .action = "expire_resumption", .clock = clock});
  }
  if (text(subscription, "status") == "paused") return;
  const Json& resumes_at = at_path(subscription, {"pause_collection", "resumes_at"});
  if (resumes_at.is_number()) {
    due.push_back({.at = resumes_at.get<Seconds>(),
                   .rank = 3,
                   .action = "resume_collection",
                   .clock = clock});
  }
  if (const auto at = maybe_integer(subscription, "next_pending_invoice_item_invoice")) {
    due.push_back({.at = *at, .rank = 5, .action = "bill_pending_items", .clock = clock});
  }
  const bool trial = is_trialing(subscription);
  due.push_back(
      {.at = period.end, .rank = 5, .action = trial ? "end_trial" : "renew", .clock = clock});
  if (trial && !maybe_boolean(subscription, "_trial_noticed")) {
    due.push_back({.at = integer(subscription, "trial_end") - trial_notice,
                   .rank = 9,
                   .action = "notice_trial_end",
                   .clock = clock});
  }
  if (maybe_boolean(subscription, "_thresholds_reached")) {
    due.push_back({.at = 0, .rank = 1, .action = "bill_thresholds", .clock = ""});
  }
  // Stripe: nothing is upcoming where the subscription ends; and a period shorter than the notice
  // has none.
  const Seconds notice = period.end - upcoming_notice(subscription);
  const bool ends = maybe_integer(subscription, "cancel_at").value_or(period.end + 1) <= period.end;
  if (notice > period.start && !ends && paused_collection(subscription).empty() &&
      maybe_integer(subscription, "_upcoming_noticed") != period.end) {
    due.push_back({.at = notice, .rank = 9, .action = "notify_upcoming", .clock = clock});
  }
}

}  // namespace okapi::engine
