#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"subscription"};
constexpr std::string_view added[] = {"status_details",
                                      "trial_settings.end_behavior.billing_cycle_anchor",
                                      "pending_update.cancel_at_period_end"};
constexpr std::string_view added_operations[] = {"subscriptions.pause"};

}  // namespace

extern const VersionChange change_2026_09_30_endive_subscription_pauses = {
    .version = "2026-09-30.endive",
    .summary =
        "A subscription can be paused and says why it is; its trial may end on "
        "another anchor; a pending update may cancel at period end.",
    .objects = objects,
    .added = added,
    .added_operations = added_operations};

}  // namespace okapi::api::versions
