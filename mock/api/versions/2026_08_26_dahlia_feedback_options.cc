#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"subscription"};
constexpr std::string_view added[] = {"cancellation_details.feedback_option"};

}  // namespace

extern const VersionChange change_2026_08_26_dahlia_feedback_options = {
    .version = "2026-08-26.dahlia",
    .summary = "A cancellation names its feedback_option.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
