#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"quote", "subscription", "subscription_schedule"};
constexpr std::string_view added[] = {"billing_mode", "subscription_data.billing_mode"};
constexpr std::string_view operations[] = {"subscription_schedules.create", "subscriptions.create"};
constexpr std::string_view added_params[] = {"billing_mode"};
constexpr std::string_view added_operations[] = {"subscriptions.migrate"};

}  // namespace

extern const VersionChange change_2025_06_30_basil_billing_modes = {
    .version = "2025-06-30.basil",
    .summary =
        "Subscriptions, schedules and quotes have a billing_mode, and a subscription "
        "can migrate to the flexible one.",
    .objects = objects,
    .added = added,
    .operations = operations,
    .added_params = added_params,
    .added_operations = added_operations};

}  // namespace okapi::api::versions
