#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"subscription_schedule"};
constexpr std::string_view added[] = {"pause_schedules"};
constexpr std::string_view operations[] = {"subscription_schedules.create",
                                           "subscription_schedules.update"};
constexpr std::string_view added_params[] = {"pause_schedules"};

}  // namespace

extern const VersionChange change_2026_09_30_endive_pause_schedules = {
    .version = "2026-09-30.endive",
    .summary = "A subscription schedule has pause_schedules.",
    .objects = objects,
    .added = added,
    .operations = operations,
    .added_params = added_params};

}  // namespace okapi::api::versions
