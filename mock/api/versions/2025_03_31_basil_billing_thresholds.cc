#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

void to_older(Json& object, const Lookup& lookup) {
  const bool is_item = object.at("object") == "subscription_item";
  const Json owner = object.value(is_item ? "subscription" : "id", Json());
  const Json subscription = whole_object(lookup, "subscription", owner);
  object["billing_thresholds"] = nullptr;
  if (!subscription.is_object()) return;
  if (!is_item) {
    object["billing_thresholds"] = subscription.value("billing_thresholds", Json());
    return;
  }
  const Json& items = at_path(subscription, {"items", "data"});
  if (!items.is_array()) return;
  for (const Json& item : items) {
    if (id_of(item) != id_of(object)) continue;
    object["billing_thresholds"] = item.value("billing_thresholds", Json());
  }
}

constexpr std::string_view objects[] = {"subscription", "subscription_item"};

}  // namespace

extern const VersionChange change_2025_03_31_basil_billing_thresholds = {
    .version = "2025-03-31.basil",
    .summary = "Billing thresholds are gone (for two months).",
    .objects = objects,
    .to_older = to_older};

}  // namespace okapi::api::versions
