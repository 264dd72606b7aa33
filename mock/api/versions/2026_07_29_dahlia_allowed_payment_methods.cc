#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"payment_intent", "setup_intent"};
constexpr std::string_view added[] = {"allowed_payment_method_types"};

}  // namespace

extern const VersionChange change_2026_07_29_dahlia_allowed_payment_methods = {
    .version = "2026-07-29.dahlia",
    .summary = "An intent has allowed_payment_method_types.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
