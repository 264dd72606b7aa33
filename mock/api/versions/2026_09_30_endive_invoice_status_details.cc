#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"invoice"};
constexpr std::string_view added[] = {"status_details"};

}  // namespace

extern const VersionChange change_2026_09_30_endive_invoice_status_details = {
    .version = "2026-09-30.endive",
    .summary = "An invoice has status_details.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
