#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

void to_older(Json& invoice, const Lookup&) {
  if (maybe_text(invoice, "id").value_or("").starts_with("upcoming_in_")) invoice.erase("id");
}

constexpr std::string_view objects[] = {"invoice"};

}  // namespace

extern const VersionChange change_2025_09_30_clover_preview_ids = {
    .version = "2025-09-30.clover",
    .summary = "The preview of an invoice has an id.",
    .objects = objects,
    .to_older = to_older};

}  // namespace okapi::api::versions
