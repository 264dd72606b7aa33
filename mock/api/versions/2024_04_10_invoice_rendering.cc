#include "api/form_edit.h"
#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

void to_older(Json& invoice, const Lookup&) {
  invoice["rendering_options"] = nullptr;
  const auto rendering = invoice.find("rendering");
  if (rendering == invoice.end() || !rendering->is_object()) return;
  invoice["rendering_options"] = {
      {"amount_tax_display", rendering->value("amount_tax_display", Json())}};
}

void to_newer(FormNode& form) { move_node(form, "rendering_options", {"rendering"}); }

constexpr std::string_view objects[] = {"invoice"};
constexpr std::string_view operations[] = {"invoices.create", "invoices.update"};

}  // namespace

extern const VersionChange change_2024_04_10_invoice_rendering = {
    .version = "2024-04-10",
    .summary = "An invoice has rendering and no longer rendering_options.",
    .objects = objects,
    .to_older = to_older,
    .operations = operations,
    .to_newer = to_newer};

}  // namespace okapi::api::versions
