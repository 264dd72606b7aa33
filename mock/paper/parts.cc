#include "paper/parts.h"

#include "base/text.h"
#include "billing/currency.h"
#include "paper/words.h"

namespace okapi::paper {
namespace {

Json coupon_of(const Json& discount_id, const Lookup& lookup) {
  const store::Document discount = lookup("discount", discount_id.get<std::string>());
  if (!discount) return nullptr;
  if (has(*discount, "_coupon")) return discount->at("_coupon");
  const Json& id = at_path(*discount, {"source", "coupon"});
  const store::Document coupon =
      id.is_string() ? lookup("coupon", id.get<std::string>()) : store::Document();
  return coupon ? *coupon : Json();
}

std::string tax_name(const Json& row, const Lookup& lookup) {
  const Json& id = at_path(row, {"tax_rate_details", "tax_rate"});
  const store::Document rate =
      id.is_string() ? lookup("tax_rate", id.get<std::string>()) : store::Document();
  return rate ? tax_rate_text(*rate) : "Tax";
}

void add_note(std::string& note, const std::string& more) {
  if (more.empty()) return;
  if (!note.empty()) note += " · ";
  note += more;
}

std::string period_note(const Json& line) {
  const Json& period = line.value("period", Json());
  if (!period.is_object()) return {};
  const Seconds start = integer(period, "start");
  const Seconds end = integer(period, "end");
  return start < end ? days_between(start, end) : std::string();
}

}  // namespace

std::vector<std::string> party_of(const Json& object, const PartyFields& fields) {
  std::vector<std::string> lines;
  if (const auto name = maybe_text(object, fields.name)) lines.push_back(*name);
  for (std::string& line : address_lines(object.value(fields.address, Json()))) {
    lines.push_back(std::move(line));
  }
  for (const char* field : {fields.email, fields.phone}) {
    if (const auto value = maybe_text(object, field)) lines.push_back(*value);
  }
  return lines;
}

std::vector<std::string> customer_party(const Json& customer) {
  return party_of(customer,
                  {.name = "name", .address = "address", .email = "email", .phone = "phone"});
}

void add_discounts(std::vector<Entry>& totals, const Json& rows, std::string_view currency,
                   const Lookup& lookup) {
  for (const Json& row : rows) {
    if (integer(row, "amount") == 0) continue;
    const Json coupon = coupon_of(row.at("discount"), lookup);
    const std::string words = coupon.is_object() ? coupon_text(coupon) : std::string();
    totals.push_back({.label = words.empty() ? "Discount" : words,
                      .value = money(currency, -integer(row, "amount"))});
  }
}

void add_taxes(std::vector<Entry>& totals, const Json& rows, std::string_view currency,
               const Lookup& lookup) {
  for (const Json& row : rows) {
    std::string label = tax_name(row, lookup);
    if (const auto taxable = maybe_integer(row, "taxable_amount")) {
      label += concat(" on ", money(currency, *taxable));
    }
    totals.push_back({.label = std::move(label), .value = money(currency, integer(row, "amount"))});
  }
}

Row line_row(const Json& line, std::string_view currency, const Lookup& lookup) {
  Row row = {.description = maybe_text(line, "description").value_or("")};
  row.note = period_note(line);
  for (const Json& tax : line.value("taxes", Json::array()))
    add_note(row.note, tax_name(tax, lookup));
  if (const auto quantity = maybe_integer(line, "quantity")) {
    row.quantity = std::to_string(*quantity);
  }
  const Json& unit = at_path(line, {"pricing", "unit_amount_decimal"});
  if (unit.is_string()) {
    row.unit = billing::price_text(currency, *Decimal::parse(unit.get<std::string>()));
  }
  row.amount = money(currency, integer(line, "amount"));
  return row;
}

}  // namespace okapi::paper
