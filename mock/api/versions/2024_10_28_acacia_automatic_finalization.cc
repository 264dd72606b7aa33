#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"invoice"};
constexpr std::string_view added[] = {"automatically_finalizes_at"};
constexpr std::string_view operations[] = {"invoices.create", "invoices.update"};
constexpr std::string_view added_params[] = {"automatically_finalizes_at"};

}  // namespace

extern const VersionChange change_2024_10_28_acacia_automatic_finalization = {
    .version = "2024-10-28.acacia",
    .summary = "An invoice says when it finalizes by itself.",
    .objects = objects,
    .added = added,
    .operations = operations,
    .added_params = added_params};

}  // namespace okapi::api::versions
