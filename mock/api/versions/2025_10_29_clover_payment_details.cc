#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"payment_intent"};
constexpr std::string_view added[] = {"payment_details"};

}  // namespace

extern const VersionChange change_2025_10_29_clover_payment_details = {
    .version = "2025-10-29.clover",
    .summary = "A PaymentIntent has payment_details.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
