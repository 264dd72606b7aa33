#include "api/form_edit.h"
#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

void to_newer(FormNode& form) {
  for (const std::string_view trial : {"trial_end", "trial_period_days", "trial_from_plan"}) {
    if (find_node(form, trial) == nullptr) continue;
    FormNode& allowed = node_at(form, {"_long_trial"}) = form_leaf("true");
    allowed.is_lifted = true;
  }
}

constexpr std::string_view operations[] = {"subscriptions.create", "subscriptions.update"};

}  // namespace

extern const VersionChange change_2026_09_30_endive_shorter_trials = {
    .version = "2026-09-30.endive",
    .summary =
        "A trial lasts two years at most, before five; older versions say so with _long_trial, "
        "a parameter of okapi's own.",
    .operations = operations,
    .to_newer = to_newer};

}  // namespace okapi::api::versions
