#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"invoiceitem"};
constexpr std::string_view added[] = {"invoicing_rules"};
constexpr std::string_view operations[] = {"invoiceitems.update"};
constexpr std::string_view added_params[] = {"invoicing_rules"};

}  // namespace

extern const VersionChange change_2026_09_30_endive_invoicing_rules = {
    .version = "2026-09-30.endive",
    .summary = "An invoice item has invoicing_rules.",
    .objects = objects,
    .added = added,
    .operations = operations,
    .added_params = added_params};

}  // namespace okapi::api::versions
