#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view operations[] = {"subscriptions.resume"};
constexpr std::string_view added_params[] = {"payment_behavior"};

}  // namespace

extern const VersionChange change_2026_09_30_endive_resume_payment_behavior = {
    .version = "2026-09-30.endive",
    .summary = "Resuming a subscription takes payment_behavior.",
    .operations = operations,
    .added_params = added_params};

}  // namespace okapi::api::versions
