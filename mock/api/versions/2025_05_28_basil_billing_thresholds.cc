#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"subscription", "subscription_item",
                                        "subscription_schedule"};
constexpr std::string_view added[] = {"billing_thresholds", "default_settings.billing_thresholds",
                                      "phases.billing_thresholds",
                                      "phases.items.billing_thresholds"};

}  // namespace

extern const VersionChange change_2025_05_28_basil_billing_thresholds = {
    .version = "2025-05-28.basil",
    .summary = "Billing thresholds are back.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
