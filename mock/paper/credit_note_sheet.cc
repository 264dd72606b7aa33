#include "base/text.h"
#include "billing/currency.h"
#include "paper/parts.h"
#include "paper/sheet.h"
#include "paper/words.h"

namespace okapi::paper {
namespace {

std::string reason_text(std::string reason) {
  for (char& c : reason) {
    if (c == '_') c = ' ';
  }
  return reason;
}

Row note_row(const Json& line, const std::string& currency) {
  Row row = {.description = maybe_text(line, "description").value_or("")};
  if (const auto quantity = maybe_integer(line, "quantity")) {
    row.quantity = std::to_string(*quantity);
  }
  if (const auto unit = maybe_decimal(line, "unit_amount_decimal")) {
    row.unit = billing::price_text(currency, *unit);
  }
  row.amount = money(currency, integer(line, "amount"));
  return row;
}

}  // namespace

Sheet credit_note_sheet(const Json& note, const Lookup& lookup) {
  const std::string& currency = text(note, "currency");
  Sheet sheet;
  sheet.title = "Credit note";
  sheet.at = maybe_integer(note, "effective_at").value_or(integer(note, "created"));
  sheet.headline = concat(money(currency, integer(note, "total")), " credited on ",
                          long_day(sheet.at), text(note, "status") == "void" ? " (void)" : "");
  sheet.facts = {{.label = "Credit note number", .value = text(note, "number")},
                 {.label = "Date of issue", .value = long_day(sheet.at)}};
  const store::Document invoice = lookup("invoice", text(note, "invoice"));
  if (invoice) {
    const Sheet billed = invoice_sheet(*invoice, lookup);
    sheet.facts.push_back({.label = "Invoice number", .value = billed.facts.front().value});
    sheet.from = billed.from;
    sheet.to = billed.to;
    sheet.letter = billed.letter;
  }
  if (const auto reason = maybe_text(note, "reason")) {
    sheet.facts.push_back({.label = "Reason", .value = reason_text(*reason)});
  }
  for (const Json& line : note.at("lines").at("data")) {
    sheet.rows.push_back(note_row(line, currency));
  }
  const auto add = [&](const char* label, std::int64_t amount, bool strong = false) {
    sheet.totals.push_back({.label = label, .value = money(currency, amount), .strong = strong});
  };
  add("Subtotal", integer(note, "subtotal"));
  add_discounts(sheet.totals, note.at("discount_amounts"), currency, lookup);
  add_taxes(sheet.totals, note.at("total_taxes"), currency, lookup);
  add("Total", integer(note, "total"), true);
  if (const auto memo = maybe_text(note, "memo")) sheet.notes.push_back(*memo);
  return sheet;
}

}  // namespace okapi::paper
