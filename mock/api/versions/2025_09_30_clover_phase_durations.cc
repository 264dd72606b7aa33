#include "api/form_edit.h"
#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

void lift_phases(FormNode& form) {
  FormNode* phases = find_node(form, "phases");
  if (phases == nullptr) return;
  for (auto& [index, phase] : phases->children) move_node(phase, "iterations", {"_iterations"});
}

void to_newer(FormNode& form) {
  lift_phases(form);
  if (FormNode* schedule = find_node(form, "schedule_details")) lift_phases(*schedule);
}

constexpr std::string_view operations[] = {
    "invoices.create_preview", "subscription_schedules.create", "subscription_schedules.update"};

}  // namespace

extern const VersionChange change_2025_09_30_clover_phase_durations = {
    .version = "2025-09-30.clover",
    .summary =
        "A phase lasts for a duration, no longer for iterations of its price's interval; "
        "those of older versions become _iterations, a parameter of okapi's own.",
    .operations = operations,
    .to_newer = to_newer};

}  // namespace okapi::api::versions
