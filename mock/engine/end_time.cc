#include "engine/end_time.h"

#include <algorithm>

#include "api/error.h"
#include "engine/compose.h"
#include "engine/items.h"
#include "engine/param_name.h"
#include "engine/prorations.h"
#include "engine/terms.h"

namespace okapi::engine {
namespace {

const Json& items_of(const Json& subscription) { return subscription.at("items").at("data"); }

// Of the period that holds now: that of a backdated subscription may have begun long before.
Seconds natural_end(const Json& subscription, const Json& item, Seconds now) {
  if (text(subscription, "status") == "trialing") return integer(subscription, "trial_end");
  return billing::period_at(integer(subscription, "billing_cycle_anchor"),
                            read_recurrence(item.at("price").at("recurring")),
                            std::max(now, integer(item, "current_period_start")))
      .end;
}

Seconds earliest_end(const Json& subscription, Seconds now) {
  Seconds end = natural_end(subscription, items_of(subscription).at(0), now);
  for (const Json& item : items_of(subscription)) {
    end = std::min(end, natural_end(subscription, item, now));
  }
  return end;
}

Seconds latest_end(const Json& subscription, Seconds now) {
  Seconds end = 0;
  for (const Json& item : items_of(subscription)) {
    end = std::max(end, natural_end(subscription, item, now));
  }
  return end;
}

// Empty: it goes on.
std::optional<Seconds> asked_end(const Json& subscription, const Json& params, Seconds now,
                                 const std::string& prefix) {
  if (maybe_boolean(params, "cancel_at_period_end")) return earliest_end(subscription, now);
  if (!has(params, "cancel_at")) return std::nullopt;
  const Json& asked = params.at("cancel_at");
  if (asked == "min_period_end") return earliest_end(subscription, now);
  // Guess: nothing is billed beyond the longest current period, so both words mean its end.
  if (asked == "max_period_end" || asked == "max_billed_until")
    return latest_end(subscription, now);
  if (asked.get<Seconds>() <= now) {
    throw api::future_timestamp_required(under(prefix, "cancel_at"));
  }
  return asked.get<Seconds>();
}

void write_end(Json& subscription, const Json& params, std::optional<Seconds> end, Seconds now) {
  const bool at_period_end = maybe_boolean(params, "cancel_at_period_end");
  subscription["cancel_at_period_end"] = at_period_end;
  subscription["cancel_at"] = end ? Json(*end) : Json();
  subscription["canceled_at"] = end ? Json(now) : Json();
  subscription["cancellation_details"]["reason"] = end ? Json("cancellation_requested") : Json();
  // Stripe: in classic billing an end before that of the trial moves it (docs, compare).
  const bool moves_trial = end && text(subscription, "status") == "trialing" &&
                           !is_flexible(subscription) && *end < integer(subscription, "trial_end");
  if (moves_trial) subscription["trial_end"] = *end;
  bool shortens = false;
  for (Json& item : subscription.at("items").at("data")) {
    const Seconds natural = natural_end(subscription, item, now);
    item["current_period_end"] = end ? std::min(*end, natural) : natural;
    shortens = shortens || (end && *end < natural);
  }
  // Stripe: in classic billing an end before the next renewal resets the anchor (docs, compare).
  if (shortens && !at_period_end && !is_flexible(subscription) &&
      text(subscription, "status") != "trialing") {
    subscription["billing_cycle_anchor"] = now;
  }
}

void check_one(const Json& params, const std::string& prefix) {
  if (has(params, "cancel_at") && maybe_boolean(params, "cancel_at_period_end")) {
    throw api::only_one_of({under(prefix, "cancel_at"), under(prefix, "cancel_at_period_end")});
  }
}

}  // namespace

void set_first_end(Json& subscription, const Json& params, Seconds now, const std::string& prefix) {
  check_one(params, prefix);
  const std::optional<Seconds> end = asked_end(subscription, params, now, prefix);
  if (end) write_end(subscription, params, end, now);
}

store::Document change_end(store::Transaction& tx, const store::Document& subscription,
                           const Json& params, const std::string& prefix) {
  check_one(params, prefix);
  const std::optional<Seconds> end = asked_end(*subscription, params, tx.now(), prefix);
  const auto before = maybe_integer(*subscription, "cancel_at");
  const bool same_word = boolean(*subscription, "cancel_at_period_end") ==
                         maybe_boolean(params, "cancel_at_period_end");
  if (end == before && same_word) return subscription;
  store::Document changed =
      tx.update(subscription, [&](Json& edited) { write_end(edited, params, end, tx.now()); });
  const bool free =
      text(*changed, "status") == "trialing" || maybe_text(params, "proration_behavior") == "none";
  if (free) return changed;
  for (const Json& item : items_of(*changed)) {
    if (is_metered_item(item)) continue;
    const Json& old_item = *find_item(*subscription, text(item, "id"));
    const Seconds old_end = integer(old_item, "current_period_end");
    const Seconds new_end = integer(item, "current_period_end");
    if (new_end < old_end) credit_unused_time(tx, *subscription, old_item, new_end);
    if (new_end > old_end) {
      charge_from_to(tx, *changed, item, {.start = old_end, .end = new_end});
    }
  }
  return changed;
}

}  // namespace okapi::engine
