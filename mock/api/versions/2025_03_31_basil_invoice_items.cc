#include "api/form_edit.h"
#include "api/old_shapes.h"
#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

void to_older(Json& item, const Lookup& lookup) {
  const Json unit = at_path(item, {"pricing", "unit_amount_decimal"});
  add_price_and_plan(item, lookup);
  const Json details = at_path(item, {"parent", "subscription_details"});
  item["subscription"] = details.is_object() ? details.value("subscription", Json()) : Json();
  if (details.is_object() && has(details, "subscription_item")) {
    item["subscription_item"] = details.at("subscription_item");
  }
  item["unit_amount"] = nullptr;
  item["unit_amount_decimal"] = unit;
  if (unit.is_string()) {
    const auto exact = Decimal::parse(unit.get_ref<const std::string&>());
    if (exact && exact->is_integer()) item["unit_amount"] = exact->truncated();
  }
  erase_fields(item, {"parent", "pricing"});
}

void lift_price(FormNode& form) {
  move_node(form, "price", {"pricing", "price"});
  move_node(form, "unit_amount", {"unit_amount_decimal"});
}

void to_newer(FormNode& form) {
  lift_price(form);
  if (FormNode* lines = find_node(form, "lines")) {
    for (auto& [index, line] : lines->children) lift_price(line);
  }
}

constexpr std::string_view objects[] = {"invoiceitem"};
constexpr OldReference references[] = {{"subscription", "subscription"}};
constexpr std::string_view operations[] = {"invoiceitems.create", "invoiceitems.update",
                                           "invoices.add_lines", "invoices.update_lines",
                                           "invoices.update_line_item"};

constexpr RenamedParam renamed[] = {{"price", "pricing[price]"},
                                    {"unit_amount", "unit_amount_decimal"}};

}  // namespace

extern const VersionChange change_2025_03_31_basil_invoice_items = {
    .version = "2025-03-31.basil",
    .summary =
        "An invoice item has pricing and parent in place of price, plan, unit_amount, "
        "subscription and subscription_item; its parameter price is pricing[price].",
    .objects = objects,
    .to_older = to_older,
    .references = references,
    .operations = operations,
    .to_newer = to_newer,
    .renamed = renamed};

}  // namespace okapi::api::versions
