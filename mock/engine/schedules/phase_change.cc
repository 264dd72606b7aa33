#include "engine/schedules/phase_change.h"

#include <algorithm>
#include <vector>

#include "engine/added_items.h"
#include "engine/change_items.h"
#include "engine/compose.h"
#include "engine/cycle.h"
#include "engine/items.h"
#include "engine/new_subscription.h"
#include "engine/schedules/phases.h"
#include "engine/terms.h"
#include "engine/update_subscription.h"

namespace okapi::engine {
namespace {

bool is_metered_price(const store::Transaction& tx, const std::string& price) {
  return text(tx.find("price", price)->at("recurring"), "usage_type") == "metered";
}

// Takes the entry of the first that matches, so that an item keeps its id where it can.
template <typename Matches>
const Json* take(std::vector<const Json*>& items, Matches matches) {
  const auto found = std::ranges::find_if(items, matches);
  if (found == items.end()) return nullptr;
  const Json* item = *found;
  items.erase(found);
  return item;
}

// items[] of an update that makes the subscription have just the wanted items.
// Guess: an item of the same price goes on, else one takes another's place, the rest is added or
// removed.
Json item_entries(const store::Transaction& tx, const Json& subscription, const Json& wanted) {
  std::vector<const Json*> old_items;
  for (const Json& item : subscription.at("items").at("data")) old_items.push_back(&item);
  Json entries = Json::array();
  std::vector<std::size_t> open;
  for (const Json& params : wanted) {
    entries.push_back(params);
    Json& entry = entries.back();
    const std::string& price = text(params, "price");
    const Json* same =
        take(old_items, [&](const Json* item) { return text(item->at("price"), "id") == price; });
    if (same == nullptr) {
      open.push_back(entries.size() - 1);
      continue;
    }
    entry["id"] = same->at("id");
    entry.erase("price");
  }
  for (const std::size_t index : open) {
    const bool metered = is_metered_price(tx, text(entries[index], "price"));
    const Json* like =
        take(old_items, [&](const Json* item) { return is_metered_item(*item) == metered; });
    if (like != nullptr) entries[index]["id"] = like->at("id");
  }
  for (const Json* item : old_items) entries.push_back({{"id", item->at("id")}, {"deleted", true}});
  return entries;
}

void take_settings(store::Transaction& tx, Json& subscription, const Json& params) {
  for (const char* name : {"default_payment_method", "description"}) {
    if (has(params, name)) subscription[name] = params.at(name);
  }
  if (has(params, "collection_method")) {
    subscription["collection_method"] = params.at("collection_method");
    subscription["days_until_due"] = params.value("days_until_due", Json());
  }
  if (has(params, "invoice_settings")) {
    subscription["invoice_settings"].update(params.at("invoice_settings"), true);
  }
  subscription["billing_thresholds"] = params.value("billing_thresholds", Json());
  api::merge_metadata(subscription, params);
  set_terms(tx, subscription, params);
}

billing::Recurrence recurrence_of(const Json& price) {
  return read_recurrence(price.at("recurring"));
}

// Stripe: `automatic` moves the anchor where classic billing has to.
bool counts_from_now(const store::Transaction& tx, const Json& phase, const Json& subscription) {
  if (maybe_text(phase, "billing_cycle_anchor") == "phase_start") return true;
  if (is_flexible(subscription)) return false;
  const store::Document next = tx.find("price", text(phase.at("items").at(0), "price"));
  return recurrence_of(*next) !=
         recurrence_of(subscription.at("items").at("data").at(0).at("price"));
}

std::optional<Seconds> trial_end(const Json& phase, Seconds now) {
  const auto end = maybe_integer(phase, "trial_end");
  return end && *end > now ? end : std::nullopt;
}

bool has_running_item(const Json& subscription, Seconds now) {
  return std::ranges::any_of(subscription.at("items").at("data"), [&](const Json& item) {
    return integer(item, "current_period_end") > now;
  });
}

// Where the anchor moves every item begins anew; one that still runs is given back then, as inside
// a period.
bool renews_at(const store::Transaction& tx, const Json& subscription, const Json& phase) {
  const Seconds now = tx.now();
  if (!is_running(subscription) || period_of(subscription).end > now) return false;
  if (trial_end(phase, now)) return false;
  return !counts_from_now(tx, phase, subscription) || !has_running_item(subscription, now);
}

// The subscription with the items of the phase, where the phase begins with a period.
store::Document change_at_renewal(store::Transaction& tx, const store::Document& subscription,
                                  const Json& phase, const Json& params) {
  const ItemChanges changes = {.entries = item_entries(tx, *subscription, params.at("items")),
                               .proration_behavior = text(phase, "proration_behavior"),
                               .at = {},
                               .renews = true};
  store::Document changed = subscription;
  if (counts_from_now(tx, phase, *subscription)) {
    changed = tx.update(changed, [&](Json& edited) { edited["billing_cycle_anchor"] = tx.now(); });
  }
  changed = change_items(tx, changed, changes);
  changed = tx.update(changed, [&](Json& edited) { take_settings(tx, edited, params); });
  // Items that are added belong to the period that begins.
  Json begun = *changed;
  move_periods(begun, tx.now());
  add_invoice_items(tx, begun, {{"add_invoice_items", added_item_params(phase)}});
  return changed;
}

// The parameters of an update inside a period.
Json update_params(const store::Transaction& tx, const Json& subscription, const Json& phase,
                   const Json& params, const std::string& proration_behavior) {
  Json update = {{"items", item_entries(tx, subscription, params.at("items"))},
                 {"add_invoice_items", added_item_params(phase)},
                 // A subscription that rests owes nothing for the time.
                 {"proration_behavior", is_running(subscription) ? proration_behavior : "none"}};
  if (const auto end = trial_end(phase, tx.now())) update["trial_end"] = *end;
  return update;
}

AppliedChanges change_inside(store::Transaction& tx, const store::Document& subscription,
                             const Json& params, const Json& update) {
  AppliedChanges applied = apply_changes(tx, subscription, update);
  applied.subscription =
      tx.update(applied.subscription, [&](Json& edited) { take_settings(tx, edited, params); });
  sync_items(tx, applied.subscription);
  return applied;
}

// The phases of the schedule that begin after now and until the time.
std::vector<Json> phases_until(const Json& schedule, Seconds now, Seconds until) {
  std::vector<Json> phases;
  for (const Json& phase : schedule.at("phases")) {
    const Seconds start = integer(phase, "start_date");
    if (start > now && start <= until) phases.push_back(phase);
  }
  return phases;
}

}  // namespace

store::Document enter_phase(store::Transaction& tx, const Json& schedule,
                            const store::Document& subscription, const Json& phase,
                            const api::Settings& settings) {
  const Json params = subscription_params(schedule, phase);
  const Json& before = *subscription;
  if (renews_at(tx, before, phase)) {
    const store::Document changed = change_at_renewal(tx, subscription, phase, params);
    sync_items(tx, changed);
    renew_into(tx, changed, before, settings);
    return tx.find("subscription", subscription.id());
  }
  Json update = update_params(tx, before, phase, params, text(phase, "proration_behavior"));
  if (counts_from_now(tx, phase, before)) update["billing_cycle_anchor"] = "now";
  const AppliedChanges applied = change_inside(tx, subscription, params, update);
  store::Document current = applied.subscription;
  if (applied.bills != BillsAtOnce::no) {
    Bill bill = compose_changes(tx, applied, false);
    if (applied.bills == BillsAtOnce::new_period) current = begin_new_period(tx, current);
    current = bill_later(tx, current, std::move(bill), settings);
  }
  tx.emit("customer.subscription.updated", current);
  return current;
}

store::Document apply_phase_change(store::Transaction& tx, const Json& schedule,
                                   const store::Document& subscription, const Json& phase,
                                   const std::string& proration_behavior,
                                   const api::Settings& settings) {
  const Json& before = *subscription;
  const Json params = subscription_params(schedule, phase);
  const Json update = update_params(tx, before, phase, params, proration_behavior);
  const AppliedChanges applied = change_inside(tx, subscription, params, update);
  store::Document changed = bill_changes(tx, applied, update, settings);
  if (*changed != before) tx.emit("customer.subscription.updated", changed);
  return changed;
}

PhasesAhead rehearse_phases(store::Transaction& tx, const store::Document& subscription) {
  PhasesAhead ahead = {.subscription = subscription};
  const auto id = maybe_text(*subscription, "schedule");
  const store::Document schedule = id ? tx.find("subscription_schedule", *id) : store::Document();
  if (!schedule || text(*schedule, "status") != "active") return ahead;
  const Seconds now = tx.now();
  for (const Json& phase : phases_until(*schedule, now, period_of(*subscription).end)) {
    tx.set_now(integer(phase, "start_date"));
    const Json params = subscription_params(*schedule, phase);
    if (renews_at(tx, *ahead.subscription, phase)) {
      ahead.ended = *ahead.subscription;
      ahead.subscription = change_at_renewal(tx, ahead.subscription, phase, params);
      break;
    }
    const Json update =
        update_params(tx, *ahead.subscription, phase, params, text(phase, "proration_behavior"));
    ahead.subscription = change_inside(tx, ahead.subscription, params, update).subscription;
  }
  tx.set_now(now);
  return ahead;
}

}  // namespace okapi::engine
