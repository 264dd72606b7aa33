#include "engine/entitlements.h"

#include <algorithm>
#include <set>
#include <vector>

#include "api/list.h"
#include "api/operation.h"

namespace okapi::engine {
namespace {

constexpr const char* summary_kind = "entitlements.active_entitlement_summary";

// Stripe: while the subscription is active or on trial. Guess: one that is past due keeps them
// until it ends, an unpaid, paused or incomplete one has none.
bool entitles(const Json& subscription) {
  const std::string& status = text(subscription, "status");
  return status == "active" || status == "trialing" || status == "past_due";
}

std::set<std::string> products_of(const store::Transaction& tx, const std::string& customer) {
  std::set<std::string> products;
  for (const store::Document& subscription : tx.where("subscription", "customer", customer)) {
    if (!entitles(*subscription)) continue;
    for (const Json& item : subscription->at("items").at("data")) {
      products.insert(text(item.at("price"), "product"));
    }
  }
  return products;
}

std::set<std::string> features_of(const store::Transaction& tx, const std::string& customer) {
  std::set<std::string> features;
  for (const std::string& product : products_of(tx, customer)) {
    for (const store::Document& each : tx.where("product_feature", "_product", product)) {
      features.insert(text(each->at("entitlement_feature"), "id"));
    }
  }
  return features;
}

void grant(store::Transaction& tx, const std::string& customer, const std::string& id) {
  const store::Document feature = tx.find("entitlements.feature", id);
  Json entitlement = api::default_object(tx, active_entitlement_kind);
  entitlement["feature"] = id;
  entitlement["lookup_key"] = feature->at("lookup_key");
  entitlement["_customer"] = customer;
  tx.insert(std::move(entitlement));
}

void tell(store::Transaction& tx, const std::string& customer) {
  std::vector<Json> entitlements;
  for (const store::Document& each : tx.where(active_entitlement_kind, "_customer", customer)) {
    Json shown = *each;
    shown.erase("_customer");
    entitlements.insert(entitlements.begin(), std::move(shown));
  }
  Json summary = {
      {"object", summary_kind},
      {"id", customer},
      {"customer", customer},
      {"entitlements",
       api::embedded_list(std::move(entitlements), "/v1/customer/" + customer + "/entitlements")},
      {"livemode", false}};
  const store::Document before = tx.find(summary_kind, customer);
  tx.emit("entitlements.active_entitlement_summary.updated",
          before ? tx.update(before, [&](Json& edited) { edited = std::move(summary); })
                 : tx.insert(std::move(summary)));
}

void follow_customer(store::Transaction& tx, const std::string& customer) {
  std::set<std::string> wanted = features_of(tx, customer);
  bool changed = false;
  for (const store::Document& held : tx.where(active_entitlement_kind, "_customer", customer)) {
    if (wanted.erase(text(*held, "feature")) > 0) continue;
    tx.erase(held);
    changed = true;
  }
  for (const std::string& feature : wanted) grant(tx, customer, feature);
  if (changed || !wanted.empty()) tell(tx, customer);
}

}  // namespace

void follow_subscriptions(store::Transaction& tx) {
  const bool used = tx.count("product_feature") > 0 || tx.count(active_entitlement_kind) > 0;
  if (!used) return;
  std::set<std::string> customers;
  for (const store::Document& subscription : tx.emitted("customer.subscription.")) {
    customers.insert(text(*subscription, "customer"));
  }
  for (const std::string& customer : customers) follow_customer(tx, customer);
}

void follow_product(store::Transaction& tx, const std::string& product) {
  std::set<std::string> customers;
  tx.scan_up("subscription", 0, [&](const store::Document& subscription) {
    if (!entitles(*subscription)) return true;
    for (const Json& item : subscription->at("items").at("data")) {
      if (text(item.at("price"), "product") == product) {
        customers.insert(text(*subscription, "customer"));
      }
    }
    return true;
  });
  for (const std::string& customer : customers) follow_customer(tx, customer);
}

}  // namespace okapi::engine
