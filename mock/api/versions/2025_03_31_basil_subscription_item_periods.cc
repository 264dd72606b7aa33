#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"subscription_item"};
constexpr std::string_view added[] = {"current_period_end", "current_period_start"};

}  // namespace

extern const VersionChange change_2025_03_31_basil_subscription_item_periods = {
    .version = "2025-03-31.basil",
    .summary = "A subscription item has the period that it is in.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
