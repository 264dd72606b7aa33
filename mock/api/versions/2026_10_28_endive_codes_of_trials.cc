#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view codes[] = {"subscription_update_trial_after_billing_cycle_anchor"};

}  // namespace

extern const VersionChange change_2026_10_28_endive_codes_of_trials = {
    .version = "2026-10-28.endive",
    .summary = "The refusal of a trial that ends too late after the anchor has a code.",
    .added_codes = codes};

}  // namespace okapi::api::versions
