#include <algorithm>

#include "api/old_shapes.h"
#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

// The details of whichever parent the line has; an empty hash without one.
Json details_of(const Json& line) {
  for (const char* kind : {"subscription_item_details", "invoice_item_details"}) {
    const Json& details = at_path(line, {"parent", kind});
    if (details.is_object()) return details;
  }
  return Json::object();
}

void restore_parent(Json& line) {
  const Json details = details_of(line);
  const Json item = details.value("invoice_item", Json());
  const Json subscription_item = details.value("subscription_item", Json());
  // Stripe: a proration comes from an invoice item, also where it belongs to a subscription.
  line["type"] = item.is_null() && !subscription_item.is_null() ? "subscription" : "invoiceitem";
  line["proration"] = details.value("proration", false);
  line["proration_details"] = details.value("proration_details", Json());
  if (!line.at("proration_details").is_object()) {
    line["proration_details"] = {{"credited_items", nullptr}};
  }
  if (!item.is_null()) line["invoice_item"] = item;
  if (!subscription_item.is_null()) line["subscription_item"] = subscription_item;
  if (!has(line, "subscription")) line["subscription"] = details.value("subscription", Json());
}

// The rates that were set on the line itself: those of the whole invoice do not show here.
Json own_tax_rates(const Json& line, const Lookup& lookup) {
  const Json invoice = whole_object(lookup, "invoice", line.value("invoice", Json()));
  const Json inherited = invoice.is_object() ? invoice.value("default_tax_rates", Json()) : Json();
  Json rates = Json::array();
  for (const Json& tax : line.value("taxes", Json::array())) {
    const Json& id = at_path(tax, {"tax_rate_details", "tax_rate"});
    const auto same = [&](const Json& rate) { return id_of(rate) == id; };
    if (inherited.is_array() && std::ranges::any_of(inherited, same)) continue;
    Json rate = whole_object(lookup, "tax_rate", id);
    if (!rate.is_null()) rates.push_back(std::move(rate));
  }
  return rates;
}

void to_older(Json& line, const Lookup& lookup) {
  restore_parent(line);
  add_price_and_plan(line, lookup);
  add_amounts_excluding_tax(line, at_path(line, {"pricing", "unit_amount_decimal"}));
  line["tax_amounts"] = old_tax_amounts(line.value("taxes", Json()));
  line["tax_rates"] = own_tax_rates(line, lookup);
  erase_fields(line, {"parent", "pricing", "taxes"});
}

constexpr std::string_view objects[] = {"line_item"};
constexpr OldReference references[] = {{"price", "price"}, {"plan", "plan"}};

}  // namespace

extern const VersionChange change_2025_03_31_basil_invoice_lines = {
    .version = "2025-03-31.basil",
    .summary =
        "An invoice line has parent, pricing and taxes in place of type, price, plan, "
        "proration, subscription_item and tax_amounts.",
    .objects = objects,
    .to_older = to_older,
    .references = references};

}  // namespace okapi::api::versions
