#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"invoiceitem", "line_item"};
constexpr std::string_view added[] = {"quantity_decimal"};
constexpr std::string_view operations[] = {"invoiceitems.create", "invoiceitems.update"};
constexpr std::string_view added_params[] = {"quantity_decimal"};

}  // namespace

extern const VersionChange change_2026_03_25_dahlia_decimal_quantities = {
    .version = "2026-03-25.dahlia",
    .summary = "Invoice lines and invoice items have quantity_decimal.",
    .objects = objects,
    .added = added,
    .operations = operations,
    .added_params = added_params};

}  // namespace okapi::api::versions
