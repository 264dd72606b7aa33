#include "api/old_shapes.h"

#include "api/version_change.h"

namespace okapi::api {
namespace {

// The one that the invoice speaks of; a canceled one only when it never had another.
Json default_payment(const Json& invoice, const Lookup& lookup) {
  Json chosen;
  const Json id = invoice.value("id", Json());
  if (!id.is_string()) return chosen;
  for (const store::Document& payment :
       lookup.where("invoice_payment", "invoice", id.get_ref<const std::string&>())) {
    const bool preferred = payment->value("is_default", false) || chosen.is_null();
    if (preferred) chosen = *payment;
  }
  return chosen;
}

}  // namespace

Json old_tax_amounts(const Json& taxes) {
  Json amounts = Json::array();
  if (!taxes.is_array()) return amounts;
  for (const Json& tax : taxes) {
    const Json reason = tax.value("taxability_reason", Json());
    amounts.push_back({{"amount", tax.value("amount", 0)},
                       {"inclusive", tax.value("tax_behavior", "") == "inclusive"},
                       {"tax_rate", at_path(tax, {"tax_rate_details", "tax_rate"})},
                       // Stripe: the word came with `taxes`; before, tax rates by hand had null.
                       {"taxability_reason", reason == "not_available" ? Json() : reason},
                       {"taxable_amount", tax.value("taxable_amount", Json())}});
  }
  return amounts;
}

std::int64_t sum_of_taxes(const Json& taxes, bool inclusive_only) {
  std::int64_t sum = 0;
  if (!taxes.is_array()) return sum;
  for (const Json& tax : taxes) {
    const bool counts = !inclusive_only || tax.value("tax_behavior", "") == "inclusive";
    if (counts) sum += tax.value("amount", std::int64_t{0});
  }
  return sum;
}

void add_amounts_excluding_tax(Json& line, const Json& unit_amount_decimal) {
  const auto amount = maybe_integer(line, "amount");
  if (!amount) return;
  const std::int64_t inclusive = sum_of_taxes(line.value("taxes", Json()), true);
  const std::int64_t quantity = maybe_integer(line, "quantity").value_or(0);
  line["amount_excluding_tax"] = *amount - inclusive;
  Json unit = unit_amount_decimal;
  // Guess: where the tax is inside, the unit is what is left of the whole, cut to an integer.
  if (inclusive != 0 && quantity != 0) unit = std::to_string((*amount - inclusive) / quantity);
  line["unit_amount_excluding_tax"] = std::move(unit);
}

void add_price_and_plan(Json& object, const Lookup& lookup) {
  const Json& price = at_path(object, {"pricing", "price_details", "price"});
  object["price"] = price.is_object() ? price : whole_object(lookup, "price", price);
  object["plan"] = whole_object(lookup, "plan", id_of(price));
}

OldPayment payment_of_invoice(const Json& invoice, const Lookup& lookup) {
  OldPayment old;
  const std::string status = maybe_text(invoice, "status").value_or("draft");
  if (status == "draft") return old;
  const Json payment = default_payment(invoice, lookup);
  old.payment_intent = at_path(payment, {"payment", "payment_intent"});
  if (invoice.value("attempted", false)) {
    const Json intent = whole_object(lookup, "payment_intent", old.payment_intent);
    old.charge = id_of(intent.is_object() ? intent.value("latest_charge", Json()) : Json());
  }
  const bool nothing_came = payment.is_object() && payment.value("status", "") != "paid";
  old.out_of_band = status == "paid" && nothing_came;
  return old;
}

Json invoice_of_payment(const Json& payment_intent, const Lookup& lookup) {
  const Json id = id_of(payment_intent);
  if (!id.is_string()) return {};
  const auto payments =
      lookup.where("invoice_payment", "payment.payment_intent", id.get_ref<const std::string&>());
  return payments.empty() ? Json() : Json(text(*payments.front(), "invoice"));
}

Json first_discount(const Json& object, const Lookup& lookup) {
  const auto discounts = object.find("discounts");
  if (discounts == object.end() || !discounts->is_array() || discounts->empty()) return {};
  const Json& first = discounts->front();
  return first.is_object() ? first : whole_object(lookup, "discount", first);
}

}  // namespace okapi::api
