#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"invoiceitem"};
constexpr std::string_view added[] = {"proration_details.credited_items"};

}  // namespace

extern const VersionChange change_2026_05_27_dahlia_credited_items = {
    .version = "2026-05-27.dahlia",
    .summary = "The proration details of an invoice item name the credited items.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
