#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"subscription_schedule"};
constexpr std::string_view added[] = {"phases.trial"};

}  // namespace

extern const VersionChange change_2026_07_29_dahlia_trials_of_phases = {
    .version = "2026-07-29.dahlia",
    .summary = "A phase of a schedule tells whether it is a trial.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
