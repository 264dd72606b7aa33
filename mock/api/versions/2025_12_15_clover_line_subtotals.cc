#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"line_item"};
constexpr std::string_view added[] = {"subtotal"};

}  // namespace

extern const VersionChange change_2025_12_15_clover_line_subtotals = {
    .version = "2025-12-15.clover",
    .summary = "An invoice line has a subtotal.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
