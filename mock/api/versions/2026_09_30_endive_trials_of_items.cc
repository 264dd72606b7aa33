#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"subscription_item"};
constexpr std::string_view added[] = {"current_trial"};

}  // namespace

extern const VersionChange change_2026_09_30_endive_trials_of_items = {
    .version = "2026-09-30.endive",
    .summary = "A subscription item tells of its own trial.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
