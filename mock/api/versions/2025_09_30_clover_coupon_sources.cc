#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

void to_older(Json& discount, const Lookup& lookup) {
  const Json coupon = at_path(discount, {"source", "coupon"});
  discount["coupon"] = coupon.is_object() ? coupon : whole_object(lookup, "coupon", coupon);
  // A coupon may be gone; what was redeemed keeps it.
  if (discount.at("coupon").is_null() && has(discount, "id")) {
    const store::Document stored = lookup.find("discount", text(discount, "id"));
    if (stored && stored->contains("_coupon")) discount["coupon"] = stored->at("_coupon");
  }
  discount.erase("source");
}

constexpr std::string_view objects[] = {"discount"};

}  // namespace

extern const VersionChange change_2025_09_30_clover_coupon_sources = {
    .version = "2025-09-30.clover",
    .summary =
        "A discount names its coupon in source, by id; before, the whole coupon stood in "
        "it.",
    .objects = objects,
    .to_older = to_older};

}  // namespace okapi::api::versions
