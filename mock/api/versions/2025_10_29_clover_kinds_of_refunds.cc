#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"credit_note"};
constexpr std::string_view added[] = {"refunds.payment_record_refund", "refunds.type"};

}  // namespace

extern const VersionChange change_2025_10_29_clover_kinds_of_refunds = {
    .version = "2025-10-29.clover",
    .summary = "A refund of a credit note says which kind it is.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
