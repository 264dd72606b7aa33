#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"invoice", "subscription", "subscription_schedule"};
constexpr std::string_view added[] = {"automatic_tax.disabled_reason",
                                      "default_settings.automatic_tax.disabled_reason",
                                      "phases.automatic_tax.disabled_reason"};

}  // namespace

extern const VersionChange change_2024_12_18_acacia_disabled_automatic_tax = {
    .version = "2024-12-18.acacia",
    .summary = "Automatic tax says why it is disabled.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
