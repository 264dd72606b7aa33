#include "api/form_edit.h"
#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

void to_newer(FormNode& form) {
  FormNode& refusal = node_at(form, {"_never_empty"}) = form_leaf("true");
  refusal.is_lifted = true;
  if (find_node(form, "pending_invoice_items_behavior") != nullptr) return;
  node_at(form, {"pending_invoice_items_behavior"}) = form_leaf("include");
}

constexpr std::string_view operations[] = {"invoices.create"};

}  // namespace

extern const VersionChange change_2022_08_01_pending_items = {
    .version = "2022-08-01",
    .summary =
        "An invoice made by hand leaves pending items out unless it asks for them, and may be "
        "empty; older versions refuse that with _never_empty, a parameter of okapi's own.",
    .operations = operations,
    .to_newer = to_newer};

}  // namespace okapi::api::versions
