#include "api/form_edit.h"
#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

void to_newer(FormNode& form) {
  for (const std::string_view chosen : {"automatic_payment_methods", "payment_method_types"}) {
    if (find_node(form, chosen) != nullptr) return;
  }
  node_at(form, {"payment_method_types", "0"}) = form_leaf("card");
}

constexpr std::string_view operations[] = {"payment_intents.create", "setup_intents.create"};

}  // namespace

extern const VersionChange change_2023_08_16_automatic_payment_methods = {
    .version = "2023-08-16",
    .summary =
        "An intent that names no types takes the payment methods of the Dashboard; before, it "
        "took cards.",
    .operations = operations,
    .to_newer = to_newer};

}  // namespace okapi::api::versions
