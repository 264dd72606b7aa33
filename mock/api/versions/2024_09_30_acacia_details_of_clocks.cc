#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"test_helpers.test_clock"};
constexpr std::string_view added[] = {"status_details"};

}  // namespace

extern const VersionChange change_2024_09_30_acacia_details_of_clocks = {
    .version = "2024-09-30.acacia",
    .summary = "A test clock has status_details.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
