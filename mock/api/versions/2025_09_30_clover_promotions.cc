#include "api/form_edit.h"
#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

void to_older(Json& code, const Lookup& lookup) {
  const Json coupon = at_path(code, {"promotion", "coupon"});
  code["coupon"] = coupon.is_object() ? coupon : whole_object(lookup, "coupon", coupon);
  code.erase("promotion");
}

void to_newer(FormNode& form) {
  if (find_node(form, "coupon") == nullptr) return;
  move_node(form, "coupon", {"promotion", "coupon"});
  node_at(form, {"promotion", "type"}) = form_leaf("coupon");
}

constexpr std::string_view objects[] = {"promotion_code"};
constexpr std::string_view operations[] = {"promotion_codes.create"};

constexpr RenamedParam renamed[] = {{"coupon", "promotion[coupon]"}};

}  // namespace

extern const VersionChange change_2025_09_30_clover_promotions = {
    .version = "2025-09-30.clover",
    .summary =
        "A promotion code names its coupon in promotion, by id; before, the whole coupon "
        "stood in it.",
    .objects = objects,
    .to_older = to_older,
    .operations = operations,
    .to_newer = to_newer,
    .renamed = renamed};

}  // namespace okapi::api::versions
