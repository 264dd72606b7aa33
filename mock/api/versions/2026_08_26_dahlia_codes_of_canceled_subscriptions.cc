#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view codes[] = {"invalid_canceled_subscription_fields"};

}  // namespace

extern const VersionChange change_2026_08_26_dahlia_codes_of_canceled_subscriptions = {
    .version = "2026-08-26.dahlia",
    .summary = "The refusal to change a canceled subscription has a code.",
    .added_codes = codes};

}  // namespace okapi::api::versions
