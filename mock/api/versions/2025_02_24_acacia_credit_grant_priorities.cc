#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"billing.credit_grant"};
constexpr std::string_view added[] = {"applicability_config.scope.prices", "priority"};
constexpr std::string_view operations[] = {"billing.credit_grants.create"};
constexpr std::string_view added_params[] = {"priority"};

}  // namespace

extern const VersionChange change_2025_02_24_acacia_credit_grant_priorities = {
    .version = "2025-02-24.acacia",
    .summary = "A credit grant has a priority and may be for single prices.",
    .objects = objects,
    .added = added,
    .operations = operations,
    .added_params = added_params};

}  // namespace okapi::api::versions
