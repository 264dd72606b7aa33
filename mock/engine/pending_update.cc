#include "engine/pending_update.h"

#include <algorithm>

#include "api/error.h"
#include "engine/collection.h"
#include "engine/compose.h"
#include "engine/items.h"

namespace okapi::engine {
namespace {

constexpr Seconds pending_time = 23 * hour;

// What waits; the rest of the subscription goes on as it was.
constexpr const char* waiting_fields[] = {
    "billing_cycle_anchor", "items", "plan", "quantity", "status", "trial_end", "trial_start"};

Json only_waiting(const Json& subscription) {
  Json waiting = Json::object();
  for (const char* field : waiting_fields) {
    if (subscription.contains(field)) waiting[field] = subscription.at(field);
  }
  return waiting;
}

Json if_changed(const Json& after, const Json& before, const char* field) {
  return after.at(field) == before.at(field) ? Json() : after.at(field);
}

void forget(Json& subscription) {
  subscription["pending_update"] = nullptr;
  subscription.erase("_pending_invoice");
  subscription.erase("_pending_tree");
}

bool waits_for(const Json& subscription, std::string_view invoice) {
  return maybe_text(subscription, "_pending_invoice") == invoice;
}

}  // namespace

void check_can_wait(const Json& params) {
  constexpr std::string_view can_wait[] = {
      "add_invoice_items", "billing_cycle_anchor", "items",          "off_session",
      "payment_behavior",  "proration_behavior",   "proration_date", "trial_end",
      "trial_from_plan"};
  for (const auto& [name, value] : params.items()) {
    if (std::ranges::find(can_wait, name) != std::end(can_wait)) continue;
    // Guess: the sentence; the rule is documented.
    throw api::invalid_request(
        "The parameter `" + name +
            "` cannot be updated with `payment_behavior` set to `pending_if_incomplete`.",
        name);
  }
}

store::Document park_update(store::Transaction& tx, const store::Document& changed,
                            const Json& before) {
  const Json& after = *changed;
  Seconds expires_at = std::min(tx.now() + pending_time, period_of(before).end);
  if (const auto trial_end = maybe_integer(before, "trial_end");
      trial_end && *trial_end > tx.now()) {
    expires_at = std::min(expires_at, *trial_end);
  }
  store::Document parked = tx.update(changed, [&](Json& edited) {
    edited = before;
    edited["latest_invoice"] = after.at("latest_invoice");
    edited["pending_update"] = {
        {"billing_cycle_anchor", if_changed(after, before, "billing_cycle_anchor")},
        {"cancel_at_period_end", nullptr},
        {"discount", nullptr},
        {"discounts", nullptr},
        {"expires_at", expires_at},
        {"metadata", nullptr},
        {"subscription_items",
         if_changed(after, before, "items").is_null() ? Json() : after.at("items").at("data")},
        {"trial_end", if_changed(after, before, "trial_end")},
        {"trial_from_plan", nullptr}};
    edited["_pending_invoice"] = after.at("latest_invoice");
    edited["_pending_tree"] = only_waiting(after);
  });
  sync_items(tx, parked);
  return parked;
}

void apply_pending_update(store::Transaction& tx, const store::Document& subscription,
                          std::string_view invoice) {
  if (!waits_for(*subscription, invoice)) return;
  const store::Document applied = tx.update(subscription, [](Json& edited) {
    const Json waiting = edited.at("_pending_tree");
    for (const char* twin : {"plan", "quantity"}) edited.erase(twin);
    edited.update(waiting);
    forget(edited);
  });
  sync_items(tx, applied);
  tx.emit("customer.subscription.pending_update_applied", applied);
  tx.emit("customer.subscription.updated", applied);
}

void drop_pending_update(store::Transaction& tx, const store::Document& subscription,
                         std::string_view invoice) {
  if (!waits_for(*subscription, invoice)) return;
  const store::Document dropped = tx.update(subscription, forget);
  tx.emit("customer.subscription.pending_update_expired", dropped);
  tx.emit("customer.subscription.updated", dropped);
}

store::Document replace_pending_update(store::Transaction& tx,
                                       const store::Document& subscription) {
  if (!has(*subscription, "pending_update")) return subscription;
  expire_pending_update(tx, subscription, {});
  return tx.find("subscription", subscription.id());
}

void expire_pending_update(store::Transaction& tx, const store::Document& subscription,
                           const api::Settings&) {
  const std::string invoice = text(*subscription, "_pending_invoice");
  const store::Document waiting = tx.find("invoice", invoice);
  if (waiting && text(*waiting, "status") == "open") {
    void_invoice(tx, waiting);  // which drops the update
    return;
  }
  drop_pending_update(tx, subscription, invoice);
}

}  // namespace okapi::engine
