#include "api/old_shapes.h"
#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

void to_older(Json& subscription, const Lookup& lookup) {
  subscription["discount"] = first_discount(subscription, lookup);
  const Json& items = at_path(subscription, {"items", "data"});
  if (!items.is_array() || items.empty()) return;
  // All items had one period; with mixed intervals the first one's speaks for them.
  const Json& first = items.front();
  subscription["current_period_start"] = first.value("current_period_start", Json());
  subscription["current_period_end"] = first.value("current_period_end", Json());
}

constexpr std::string_view objects[] = {"subscription"};
constexpr OldReference references[] = {{"discount", "discount"}};

}  // namespace

extern const VersionChange change_2025_03_31_basil_subscription_periods = {
    .version = "2025-03-31.basil",
    .summary =
        "The current period stands on each subscription item, no longer on the "
        "subscription, which has discounts and no discount.",
    .objects = objects,
    .to_older = to_older,
    .references = references};

}  // namespace okapi::api::versions
