#include "base/text.h"
#include "paper/parts.h"
#include "paper/sheet.h"
#include "paper/words.h"

namespace okapi::paper {
namespace {

std::string headline_of(const Json& invoice) {
  const std::string& currency = text(invoice, "currency");
  const std::string& status = text(invoice, "status");
  const auto paid_at = maybe_integer(invoice.at("status_transitions"), "paid_at");
  if (status == "paid" && paid_at) {
    return concat(money(currency, integer(invoice, "amount_paid")), " paid on ",
                  long_day(*paid_at));
  }
  const std::string due = money(currency, integer(invoice, "amount_remaining"));
  if (status == "void") return due + " (void)";
  if (status == "uncollectible") return due + " uncollectible";
  if (status == "draft") return due + " (draft)";
  const auto due_date = maybe_integer(invoice, "due_date");
  return concat(due, " due ", long_day(due_date.value_or(integer(invoice, "created"))));
}

std::vector<Entry> facts_of(const Json& invoice) {
  std::vector<Entry> facts;
  facts.push_back(
      {.label = "Invoice number", .value = maybe_text(invoice, "number").value_or("Draft")});
  const Seconds issued =
      maybe_integer(invoice, "effective_at").value_or(integer(invoice, "created"));
  facts.push_back({.label = "Date of issue", .value = long_day(issued)});
  if (const auto due = maybe_integer(invoice, "due_date")) {
    facts.push_back({.label = "Date due", .value = long_day(*due)});
  }
  if (const auto paid = maybe_integer(invoice.at("status_transitions"), "paid_at")) {
    facts.push_back({.label = "Date paid", .value = long_day(*paid)});
  }
  if (const Json& fields = invoice.at("custom_fields"); fields.is_array()) {
    for (const Json& field : fields) {
      facts.push_back({.label = text(field, "name"), .value = text(field, "value")});
    }
  }
  return facts;
}

std::vector<std::string> billed_to(const Json& invoice) {
  std::vector<std::string> lines = party_of(invoice, {.name = "customer_name",
                                                      .address = "customer_address",
                                                      .email = "customer_email",
                                                      .phone = "customer_phone"});
  if (const Json ids = invoice.value("customer_tax_ids", Json()); ids.is_array()) {
    for (const Json& id : ids) lines.push_back(maybe_text(id, "value").value_or(""));
  }
  return lines;
}

std::int64_t credits_of(const Json& invoice) {
  std::int64_t sum = 0;
  for (const Json& row : invoice.at("total_pretax_credit_amounts")) {
    if (text(row, "type") == "credit_balance_transaction") sum += integer(row, "amount");
  }
  return sum;
}

// What the customer's balance took off (negative) or added. A draft has not applied it yet.
std::int64_t applied_balance(const Json& invoice) {
  const auto ending = maybe_integer(invoice, "ending_balance");
  return ending ? integer(invoice, "starting_balance") - *ending
                : integer(invoice, "amount_due") - integer(invoice, "total");
}

std::vector<Entry> totals_of(const Json& invoice, const Lookup& lookup) {
  const std::string& currency = text(invoice, "currency");
  std::vector<Entry> totals;
  const auto add = [&](const char* label, std::int64_t amount, bool strong = false) {
    totals.push_back({.label = label, .value = money(currency, amount), .strong = strong});
  };
  add("Subtotal", integer(invoice, "subtotal"));
  add_discounts(totals, invoice.at("total_discount_amounts"), currency, lookup);
  if (const std::int64_t credits = credits_of(invoice); credits != 0) {
    add("Credits applied", -credits);
  }
  if (const auto shipping = maybe_integer(invoice, "amount_shipping").value_or(0); shipping != 0) {
    add("Shipping", shipping);
  }
  if (has(invoice, "total_excluding_tax") && !invoice.at("total_taxes").empty()) {
    add("Total excluding tax", integer(invoice, "total_excluding_tax"));
  }
  add_taxes(totals, invoice.at("total_taxes"), currency, lookup);
  add("Total", integer(invoice, "total"), true);
  if (const std::int64_t applied = applied_balance(invoice); applied != 0) {
    add("Applied balance", applied);
  }
  if (const std::int64_t noted = integer(invoice, "pre_payment_credit_notes_amount"); noted != 0) {
    add("Credit notes", -noted);
  }
  if (const std::int64_t paid = integer(invoice, "amount_paid"); paid != 0) {
    add("Amount paid", -paid);
  }
  add("Amount due", integer(invoice, "amount_remaining"), true);
  return totals;
}

}  // namespace

Sheet invoice_sheet(const Json& invoice, const Lookup& lookup) {
  Sheet sheet;
  sheet.title = "Invoice";
  sheet.headline = headline_of(invoice);
  sheet.facts = facts_of(invoice);
  sheet.from = {maybe_text(invoice, "account_name").value_or("Test account")};
  sheet.to = billed_to(invoice);
  for (const Json& line : invoice.at("lines").at("data")) {
    sheet.rows.push_back(line_row(line, text(invoice, "currency"), lookup));
  }
  sheet.totals = totals_of(invoice, lookup);
  for (const char* note : {"description", "footer"}) {
    if (const auto words = maybe_text(invoice, note)) sheet.notes.push_back(*words);
  }
  sheet.at = maybe_integer(invoice, "effective_at").value_or(integer(invoice, "created"));
  sheet.letter = at_path(invoice, {"rendering", "pdf", "page_size"}) != "a4";
  return sheet;
}

}  // namespace okapi::paper
