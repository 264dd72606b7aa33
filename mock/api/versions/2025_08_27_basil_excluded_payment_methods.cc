#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"payment_intent", "setup_intent"};
constexpr std::string_view added[] = {"excluded_payment_method_types"};

}  // namespace

extern const VersionChange change_2025_08_27_basil_excluded_payment_methods = {
    .version = "2025-08-27.basil",
    .summary = "A PaymentIntent has excluded_payment_method_types.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
