#include "engine/trials.h"

#include <algorithm>

#include "api/error.h"
#include "base/text.h"
#include "engine/items.h"
#include "engine/payments.h"
#include "engine/prorations.h"
#include "engine/terms.h"

namespace okapi::engine {
namespace {

constexpr int longest_trial_years = 2;
constexpr int longest_trial_years_before_endive = 5;

bool is_now(const Json& params) {
  return has(params, "trial_end") && params.at("trial_end") == "now";
}

// Stripe: two years after the anchor, where that lies ahead. Guess: older versions counted their
// five from there, too.
void check_end(const Json& subscription, const Json& params, Seconds end, Seconds now) {
  if (end <= now) throw api::future_timestamp_required("trial_end");
  const bool older = maybe_boolean(params, "_long_trial");
  const int years = older ? longest_trial_years_before_endive : longest_trial_years;
  const Seconds anchor = std::max(now, integer(subscription, "billing_cycle_anchor"));
  if (end <= add_months(anchor, 12 * years)) return;
  const bool exists = has(subscription, "latest_invoice") || is_trialing(subscription);
  throw api::invalid_request(concat("Invalid timestamp: can be no more than ",
                                    older ? "five" : "two", " years in the future."),
                             "trial_end",
                             exists ? "subscription_update_trial_after_billing_cycle_anchor" : "");
}

// Stripe: the price's own trial counts only with trial_from_plan.
std::int64_t days_of_prices(const Json& subscription) {
  std::int64_t days = 0;
  for (const Json& item : subscription.at("items").at("data")) {
    const Json& recurring = item.at("price").at("recurring");
    days = std::max(days, maybe_integer(recurring, "trial_period_days").value_or(0));
  }
  return days;
}

std::optional<Seconds> asked_end(const Json& subscription, const Json& params, Seconds now) {
  const auto days = maybe_integer(params, "trial_period_days");
  const bool has_end = has(params, "trial_end");
  if (days && has_end) throw api::only_one_of({"trial_period_days", "trial_end"});
  const bool from_plan = maybe_boolean(params, "trial_from_plan");
  if (from_plan && has_end) throw api::only_one_of({"trial_from_plan", "trial_end"});
  if (has_end && !is_now(params)) {
    const Seconds end = integer(params, "trial_end");
    check_end(subscription, params, end, now);
    return end;
  }
  if (days && *days < 1) throw api::at_least("trial_period_days", 1);
  const std::int64_t length = days ? *days : from_plan ? days_of_prices(subscription) : 0;
  if (length == 0) return std::nullopt;
  check_end(subscription, params, now + length * day, now);
  return now + length * day;
}

void begin_trial(Json& subscription, Seconds end, Seconds now) {
  subscription["status"] = "trialing";
  subscription["trial_start"] = now;
  subscription["trial_end"] = end;
  for (Json& item : subscription.at("items").at("data")) {
    item["current_period_start"] = now;
    item["current_period_end"] = end;
  }
}

}  // namespace

bool is_trialing(const Json& subscription) { return text(subscription, "status") == "trialing"; }

void set_first_trial(Json& subscription, const Json& params, Seconds now) {
  const std::optional<Seconds> end = asked_end(subscription, params, now);
  if (!end) return;
  // Stripe: periods are counted from the trial's end, unless the anchor is named.
  if (integer(subscription, "billing_cycle_anchor") == now) {
    subscription["billing_cycle_anchor"] = *end;
  }
  // Guess: a backdated subscription was on trial from its start.
  begin_trial(subscription, *end, integer(subscription, "start_date"));
}

bool ends_trial_now(const Json& params, const Json& subscription) {
  // Stripe: without a trial it does nothing.
  return is_now(params) && is_trialing(subscription);
}

bool asks_for_trial_change(const Json& params, const Json& subscription, Seconds now) {
  if (!has(params, "trial_end") || is_now(params)) {
    return maybe_boolean(params, "trial_from_plan") && !is_trialing(subscription) &&
           asked_end(subscription, params, now).has_value();
  }
  return maybe_integer(subscription, "trial_end") != asked_end(subscription, params, now);
}

store::Document change_trial(store::Transaction& tx, const store::Document& subscription,
                             const Json& params) {
  const Seconds end = *asked_end(*subscription, params, tx.now());
  const bool prorates = maybe_text(params, "proration_behavior") != "none";
  if (!is_trialing(*subscription) && prorates) credit_all_items(tx, *subscription, tx.now());
  return tx.update(subscription, [&](Json& edited) {
    const bool goes_on = is_trialing(edited);
    const Json start = edited.at("trial_start");
    begin_trial(edited, end, tx.now());
    edited["billing_cycle_anchor"] = end;
    edited.erase("_trial_noticed");
    // Stripe: classic billing remembers its first trial, flexible billing the latest (docs,
    // compare).
    if (goes_on || (!is_flexible(edited) && !start.is_null())) edited["trial_start"] = start;
    if (!goes_on) return;
    for (Json& item : edited.at("items").at("data")) item["current_period_start"] = start;
  });
}

store::Document end_trial(store::Transaction& tx, const store::Document& subscription) {
  const Seconds now = tx.now();
  return tx.update(subscription, [&](Json& edited) {
    edited["status"] = "active";
    edited["trial_end"] = now;
    edited["billing_cycle_anchor"] = now;
    for (Json& item : edited.at("items").at("data")) {
      item["current_period_start"] = now;
      item["current_period_end"] =
          billing::boundary(now, read_recurrence(item.at("price").at("recurring")), 1);
    }
  });
}

WithoutPaymentMethod without_payment_method(const store::Transaction& tx,
                                            const Json& subscription) {
  if (text(subscription, "collection_method") == "send_invoice") return WithoutPaymentMethod::bill;
  const std::string behavior =
      text(subscription.at("trial_settings").at("end_behavior"), "missing_payment_method");
  if (behavior == "create_invoice") return WithoutPaymentMethod::bill;
  if (payment_method_of(tx, subscription)) return WithoutPaymentMethod::bill;
  return behavior == "pause" ? WithoutPaymentMethod::pause : WithoutPaymentMethod::cancel;
}

}  // namespace okapi::engine
