#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"quote", "subscription", "subscription_schedule"};
constexpr std::string_view added[] = {"billing_mode.flexible",
                                      "subscription_data.billing_mode.flexible"};

}  // namespace

extern const VersionChange change_2025_09_30_clover_flexible_details = {
    .version = "2025-09-30.clover",
    .summary = "A flexible billing mode says how it shows discounts of prorations.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
