#include "api/form_edit.h"
#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

void to_older(Json& product, const Lookup&) {
  rename_field(product, "marketing_features", "features");
}

void to_newer(FormNode& form) { move_node(form, "features", {"marketing_features"}); }

constexpr std::string_view objects[] = {"product"};
constexpr std::string_view operations[] = {"products.create", "products.update"};

}  // namespace

extern const VersionChange change_2024_04_10_marketing_features = {
    .version = "2024-04-10",
    .summary = "What a product promises is called marketing_features; features are entitlements.",
    .objects = objects,
    .to_older = to_older,
    .operations = operations,
    .to_newer = to_newer};

}  // namespace okapi::api::versions
