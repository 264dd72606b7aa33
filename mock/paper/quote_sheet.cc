#include "base/text.h"
#include "billing/currency.h"
#include "paper/parts.h"
#include "paper/sheet.h"
#include "paper/words.h"

namespace okapi::paper {
namespace {

std::string interval_of(const Json& price) {
  const Json& recurring = price.at("recurring");
  if (!recurring.is_object()) return {};
  const std::int64_t count = integer(recurring, "interval_count");
  if (count == 1) return "per " + text(recurring, "interval");
  return concat("every ", std::to_string(count), " ", text(recurring, "interval"), "s");
}

Row item_row(const Json& item, const std::string& currency) {
  const Json& price = item.at("price");
  Row row = {.description = maybe_text(item, "description").value_or("")};
  row.note = interval_of(price);
  const auto quantity = maybe_integer(item, "quantity");
  row.quantity = quantity ? std::to_string(*quantity) : std::string();
  if (const auto unit = maybe_decimal(price, "unit_amount_decimal")) {
    row.unit = billing::price_text(currency, *unit);
  }
  row.amount = quantity ? money(currency, integer(item, "amount_subtotal")) : "Billed by usage";
  return row;
}

void add_totals(Sheet& sheet, const Json& quote, const std::string& currency) {
  const auto add = [&](std::string label, std::int64_t amount, bool strong = false) {
    sheet.totals.push_back(
        {.label = std::move(label), .value = money(currency, amount), .strong = strong});
  };
  const Json& details = quote.at("total_details");
  add("Subtotal", integer(quote, "amount_subtotal"));
  if (const std::int64_t off = integer(details, "amount_discount"); off != 0) add("Discount", -off);
  if (const std::int64_t tax = integer(details, "amount_tax"); tax != 0) add("Tax", tax);
  add("Total", integer(quote, "amount_total"), true);
  const Json& recurring = quote.at("computed").at("recurring");
  if (recurring.is_object()) {
    add(concat("Then, ", interval_of({{"recurring", recurring}})),
        integer(recurring, "amount_total"));
  }
}

}  // namespace

Sheet quote_sheet(const Json& quote, const std::vector<Json>& items, const Lookup& lookup) {
  const std::string currency = maybe_text(quote, "currency").value_or("usd");
  Sheet sheet;
  sheet.title = "Quote";
  const auto finalized = maybe_integer(quote.at("status_transitions"), "finalized_at");
  sheet.at = finalized.value_or(integer(quote, "created"));
  sheet.headline = concat("Valid until ", long_day(integer(quote, "expires_at")));
  sheet.facts = {{.label = "Quote number", .value = maybe_text(quote, "number").value_or("Draft")},
                 {.label = "Date of issue", .value = long_day(sheet.at)},
                 {.label = "Valid until", .value = long_day(integer(quote, "expires_at"))}};
  sheet.from = {"Test account"};
  if (const auto id = maybe_text(quote, "customer")) {
    if (const store::Document customer = lookup("customer", *id)) {
      sheet.to = customer_party(*customer);
    }
  }
  for (const Json& item : items) sheet.rows.push_back(item_row(item, currency));
  add_totals(sheet, quote, currency);
  for (const char* note : {"header", "description", "footer"}) {
    if (const auto words = maybe_text(quote, note)) sheet.notes.push_back(*words);
  }
  return sheet;
}

}  // namespace okapi::paper
