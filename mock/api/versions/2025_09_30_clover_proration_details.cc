#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"invoiceitem"};
constexpr std::string_view added[] = {"net_amount", "proration_details"};

}  // namespace

extern const VersionChange change_2025_09_30_clover_proration_details = {
    .version = "2025-09-30.clover",
    .summary = "An invoice item has net_amount and proration_details.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
