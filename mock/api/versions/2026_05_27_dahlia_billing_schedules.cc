#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"subscription"};
constexpr std::string_view added[] = {"billing_schedules", "pending_update.discount",
                                      "pending_update.discounts", "pending_update.metadata"};
constexpr std::string_view operations[] = {"subscriptions.create", "subscriptions.update"};
constexpr std::string_view added_params[] = {"billing_schedules"};

}  // namespace

extern const VersionChange change_2026_05_27_dahlia_billing_schedules = {
    .version = "2026-05-27.dahlia",
    .summary =
        "A subscription has billing_schedules; its pending update has discounts and "
        "metadata.",
    .objects = objects,
    .added = added,
    .operations = operations,
    .added_params = added_params};

}  // namespace okapi::api::versions
