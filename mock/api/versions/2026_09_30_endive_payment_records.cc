#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"payment_intent"};
constexpr std::string_view added[] = {"payment_record"};

}  // namespace

extern const VersionChange change_2026_09_30_endive_payment_records = {
    .version = "2026-09-30.endive",
    .summary = "A PaymentIntent has payment_record.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
