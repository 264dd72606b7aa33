#include "engine/pauses.h"

#include "api/error.h"
#include "engine/bill_now.h"
#include "engine/collection.h"
#include "engine/compose.h"
#include "engine/cycle.h"
#include "engine/invoice_items.h"
#include "engine/items.h"
#include "engine/prorations.h"
#include "engine/terms.h"
#include "engine/usage.h"

namespace okapi::engine {
namespace {

constexpr Seconds time_to_pay = 23 * hour;

std::string bill_for(const Json& params, const char* what) {
  const Json& type = at_path(params, {"bill_for", what, "type"});
  return type.is_string() ? type.get<std::string>() : "now";
}

void give_back(store::Transaction& tx, const Json& subscription, const Json& item,
               const std::string& from) {
  if (from == "none") return;
  const bool all = from == "item_current_period_start";
  credit_unused_time(tx, subscription, item,
                     all ? integer(item, "current_period_start") : tx.now());
}

void settle_items(store::Transaction& tx, const Json& subscription, const Json& params) {
  for (const Json& item : subscription.at("items").at("data")) {
    if (!is_metered_item(item)) {
      give_back(tx, subscription, item, bill_for(params, "unused_time_from"));
    } else if (bill_for(params, "outstanding_usage_through") == "now") {
      (void)set_aside_usage(tx, {.subscription = subscription, .item = item, .until = tx.now()});
    }
  }
}

bool keeps_anchor(const Json& params) {
  if (!has(params, "billing_cycle_anchor")) return false;
  const Json& anchor = params.at("billing_cycle_anchor");
  return (anchor.is_object() ? anchor.at("type") : anchor) == "unchanged";
}

// Usage that was reported while the subscription rested is nobody's.
void begin_periods(store::Transaction& tx, Json& subscription, bool keep_anchor) {
  const Seconds now = tx.now();
  if (!keep_anchor) subscription["billing_cycle_anchor"] = now;
  for (Json& item : subscription.at("items").at("data")) {
    const billing::Period period =
        billing::period_at(integer(subscription, "billing_cycle_anchor"),
                           read_recurrence(item.at("price").at("recurring")), now);
    item["current_period_start"] = now;
    item["current_period_end"] = period.end;
  }
}

bool waits_for_payment(const Json& params) {
  return maybe_text(params, "payment_behavior") == "resume_on_payment_success";
}

store::Document wake(store::Transaction& tx, const store::Document& subscription) {
  store::Document awake = tx.update(subscription, [](Json& edited) {
    edited["status"] = "active";
    edited.erase("status_details");
    edited.erase("_resumption");
  });
  tx.emit("customer.subscription.resumed", awake);
  return awake;
}

// Stripe: it goes on resting until the invoice is paid, which is voided after 23 hours (resume).
store::Document resume_when_paid(store::Transaction& tx, const store::Document& subscription,
                                 Bill bill, const api::Settings& settings) {
  const BilledNow billed =
      bill_now(tx, subscription, std::move(bill), settings, {.keeps_status = true});
  const store::Document current = tx.find("subscription", subscription.id());
  if (billed == BilledNow::nothing || billed == BilledNow::paid) return wake(tx, current);
  return tx.update(current, [&](Json& edited) {
    edited["_resumption"] = {{"expires_at", tx.now() + time_to_pay},
                             {"invoice", edited.at("latest_invoice")}};
  });
}

// Guess: another try replaces the one that waits.
void drop_resumption(store::Transaction& tx, const store::Document& subscription) {
  const Json& invoice = at_path(*subscription, {"_resumption", "invoice"});
  if (!invoice.is_string()) return;
  void_invoice(tx, tx.find("invoice", invoice.get<std::string>()));
}

}  // namespace

store::Document rest(store::Transaction& tx, const store::Document& subscription,
                     const char* reason) {
  store::Document resting = tx.update(subscription, [&](Json& edited) {
    edited["status"] = "paused";
    edited["status_details"] = {{"paused",
                                 {{"subscription", {{"type", reason}}},
                                  {"transitioned_at", tx.now()},
                                  {"type", "subscription"}}}};
  });
  tx.emit("customer.subscription.paused", resting);
  tx.emit("customer.subscription.updated", resting);
  return resting;
}

store::Document pause_subscription(store::Transaction& tx, const store::Document& subscription,
                                   const Json& params, const api::Settings& settings) {
  const std::string& status = text(*subscription, "status");
  if (status != "active" && status != "trialing" && status != "past_due") {
    throw api::invalid_request(
        "You can only pause a subscription if it is `active`, `trialing` or "
        "`past_due`.");
  }
  if (status != "trialing") settle_items(tx, *subscription, params);
  store::Document current = tx.find("subscription", subscription.id());
  if (maybe_text(params, "invoicing_behavior") == "invoice") {
    bill_now(tx, current, compose_update(tx, *current, {}), settings, {});
    current = tx.find("subscription", subscription.id());
  }
  return rest(tx, current, "pause_requested");
}

store::Document resume_subscription(store::Transaction& tx, const store::Document& subscription,
                                    const Json& params, const api::Settings& settings) {
  if (text(*subscription, "status") != "paused") {
    throw api::invalid_request("You can only resume a subscription if it is `paused`.");
  }
  drop_resumption(tx, subscription);
  const bool keep = keeps_anchor(params);
  const store::Document current =
      tx.update(subscription, [&](Json& edited) { begin_periods(tx, edited, keep); });
  if (keep && maybe_text(params, "proration_behavior") != "none") {
    for (const Json& item : current->at("items").at("data")) {
      if (!is_metered_item(item)) charge_remaining_time(tx, *current, item, tx.now());
    }
  }
  Bill bill = compose_update(tx, *current, {.new_period = !keep});
  if (waits_for_payment(params)) {
    resume_when_paid(tx, current, std::move(bill), settings);
  } else {
    bill_now(tx, wake(tx, current), std::move(bill), settings, {});
  }
  store::Document resumed = tx.find("subscription", subscription.id());
  tx.emit("customer.subscription.updated", resumed);
  return resumed;
}

bool judge_resumption(store::Transaction& tx, const store::Document& subscription) {
  const Json& id = at_path(*subscription, {"_resumption", "invoice"});
  if (!id.is_string()) return false;
  const std::string status = text(*tx.find("invoice", id.get<std::string>()), "status");
  if (status == "open") return false;
  if (status == "void") {
    tx.update(subscription, [](Json& edited) { edited.erase("_resumption"); });
    return false;
  }
  tx.emit("customer.subscription.updated", wake(tx, subscription));
  return true;
}

void expire_resumption(store::Transaction& tx, const store::Document& subscription,
                       const api::Settings&) {
  drop_resumption(tx, subscription);
}

namespace {

// Stripe: no invoice.upcoming while collection rests, so none is made up for afterwards either.
void skip_missed_notice(Json& subscription, Seconds now) {
  const Seconds end = period_of(subscription).end;
  if (now > end - upcoming_notice(subscription)) subscription["_upcoming_noticed"] = end;
}

}  // namespace

void set_pause_collection(Json& subscription, const Json& params, Seconds now) {
  if (!params.contains("pause_collection")) return;
  if (!has(params, "pause_collection")) {
    if (has(subscription, "pause_collection")) skip_missed_notice(subscription, now);
    subscription["pause_collection"] = nullptr;
    return;
  }
  const Json& asked = params.at("pause_collection");
  const auto resumes_at = maybe_integer(asked, "resumes_at");
  if (resumes_at && *resumes_at <= now) {
    throw api::future_timestamp_required("pause_collection[resumes_at]");
  }
  subscription["pause_collection"] = {{"behavior", asked.at("behavior")},
                                      {"resumes_at", resumes_at ? Json(*resumes_at) : Json()}};
}

std::string paused_collection(const Json& subscription) {
  const Json& behavior = at_path(subscription, {"pause_collection", "behavior"});
  return behavior.is_string() ? behavior.get<std::string>() : std::string();
}

void resume_collection(store::Transaction& tx, const store::Document& subscription,
                       const api::Settings&) {
  tx.emit("customer.subscription.updated", tx.update(subscription, [&](Json& edited) {
    skip_missed_notice(edited, tx.now());
    edited["pause_collection"] = nullptr;
  }));
}

}  // namespace okapi::engine
