// settle_totals: the one function that writes derived amounts of a bill.
#include <algorithm>
#include <vector>

#include "base/check.h"
#include "billing/currency.h"
#include "billing/invoice.h"
#include "engine/bill.h"

namespace okapi::engine {
namespace {

billing::InvoiceLine read_line(const Json& line, const Json& invoice_discounts) {
  billing::InvoiceLine read = {.id = text(line, "id"), .amount = integer(line, "amount")};
  for (const Json& credit : line.at("pretax_credit_amounts")) {
    if (text(credit, "type") != "credit_balance_transaction") continue;
    read.credits.push_back(
        {.grant = {},
         .transaction = maybe_text(credit, "credit_balance_transaction").value_or(""),
         .amount = integer(credit, "amount")});
  }
  for (const Json& row : line.at("discount_amounts")) {
    const std::string& id = text(row, "discount");
    const bool of_invoice = std::ranges::find(invoice_discounts, id) != invoice_discounts.end();
    read.discounts.push_back(
        {.discount = id, .amount = integer(row, "amount"), .of_invoice = of_invoice});
  }
  for (const Json& row : line.at("taxes")) {
    read.taxes.push_back({.tax_rate = text(row.at("tax_rate_details"), "tax_rate"),
                          .amount = integer(row, "amount"),
                          .inclusive = text(row, "tax_behavior") == "inclusive"});
  }
  return read;
}

// Stripe: the discounts first, then one entry for each credit transaction; the credits of drafts
// have none yet and count as one.
Json total_credits(const std::vector<billing::InvoiceLine>& lines, const Json& discounts) {
  Json totals = Json::array();
  for (const Json& row : discounts) {
    totals.push_back(
        {{"amount", row.at("amount")}, {"discount", row.at("discount")}, {"type", "discount"}});
  }
  std::int64_t planned = 0;
  for (const billing::InvoiceLine& line : lines) {
    for (const billing::LineCredit& credit : line.credits) {
      if (credit.transaction.empty()) {
        planned += credit.amount;
        continue;
      }
      totals.push_back({{"amount", credit.amount},
                        {"credit_balance_transaction", credit.transaction},
                        {"type", "credit_balance_transaction"}});
    }
  }
  if (planned != 0) {
    totals.push_back({{"amount", planned},
                      {"credit_balance_transaction", nullptr},
                      {"type", "credit_balance_transaction"}});
  }
  return totals;
}

void explain_totals(Json& explanation, const billing::InvoiceTotals& totals) {
  explanation["amount_due"] = totals.amount_due;
  explanation["applied_balance"] = totals.applied_balance;
  explanation["carried_over"] = totals.carried_over;
  explanation["credits"] = totals.credits;
  explanation["discounts"] = totals.discounts;
  explanation["ending_balance"] = totals.ending_balance;
  explanation["starting_balance"] = totals.starting_balance;
  explanation["subtotal"] = totals.subtotal;
  explanation["tax"] = totals.exclusive_tax;
  explanation["total"] = totals.total;
}

std::int64_t sum_of(const Json& rows, const char* field) {
  std::int64_t sum = 0;
  for (const Json& row : rows) sum += integer(row, field);
  return sum;
}

// The workings say what the invoice says, to the cent.
void check_workings(const Bill& bill) {
  const Json& workings = bill.explanation.at("lines");
  OKAPI_CHECK(workings.size() == bill.lines().size());
  std::int64_t net = 0;
  for (std::size_t i = 0; i < workings.size(); ++i) {
    const Json& working = workings[i];
    OKAPI_CHECK(working.at("line") == bill.lines()[i].at("id"));
    OKAPI_CHECK(sum_of(working.at("steps"), "amount") == integer(bill.lines()[i], "amount"));
    net += integer(working, "net");
  }
  const Json& totals = bill.explanation;
  OKAPI_CHECK(integer(totals, "total") ==
              net + integer(totals, "tax") + integer(totals, "shipping"));
  OKAPI_CHECK(integer(totals, "amount_due") == integer(totals, "total") +
                                                   integer(totals, "applied_balance") -
                                                   integer(totals, "carried_over"));
  OKAPI_CHECK(totals.at("amount_due") == bill.invoice.at("amount_due"));
}

std::int64_t balance_of(const store::Transaction& tx, const std::string& customer) {
  const store::Document document = tx.find("customer", customer);
  return document ? integer(*document, "balance") : 0;
}

}  // namespace

void settle_totals(const store::Transaction& tx, Bill& bill) {
  Json& invoice = bill.invoice;
  std::vector<billing::InvoiceLine> lines;
  for (std::size_t i = 0; i < bill.lines().size(); ++i) {
    Json& line = bill.lines()[i];
    line["subtotal"] = line.at("amount");
    lines.push_back(read_line(line, invoice.at("discounts")));
    Json& working = bill.workings()[i];
    working["net"] = integer(line, "amount") - sum_of(working.at("discounts"), "amount") -
                     sum_of(working.at("credits"), "amount");
  }
  const Json& shipping_cost = at_path(invoice, {"shipping_cost", "amount_total"});
  const std::int64_t shipping = shipping_cost.is_null() ? 0 : shipping_cost.get<std::int64_t>();
  billing::InvoiceTerms terms = {
      .starting_balance = balance_of(tx, text(invoice, "customer")),
      .minimum_charge = billing::minimum_charge(text(invoice, "currency")),
      .shipping = shipping};
  // An invoice that is sent may be paid in other ways than by one charge.
  if (text(invoice, "collection_method") == "charge_automatically") {
    terms.maximum_charge = billing::maximum_charge;
  }
  const billing::InvoiceTotals totals = billing::totals_of(lines, terms);
  invoice["amount_shipping"] = shipping;
  bill.explanation["shipping"] = shipping;
  invoice["amount_due"] = totals.amount_due;
  invoice["amount_remaining"] = totals.amount_remaining;
  invoice["lines"]["total_count"] = lines.size();
  invoice["starting_balance"] = totals.starting_balance;
  invoice["subtotal"] = totals.subtotal;
  invoice["subtotal_excluding_tax"] = totals.subtotal_excluding_tax;
  invoice["total"] = totals.total;
  invoice["total_excluding_tax"] = totals.total_excluding_tax;
  invoice["total_pretax_credit_amounts"] =
      total_credits(lines, invoice.at("total_discount_amounts"));
  explain_totals(bill.explanation, totals);
  check_workings(bill);
}

Json credit_view(const Bill& bill) {
  Json view = bill.invoice;
  Json& lines = view.at("lines").at("data");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (text(bill.explanation.at("lines")[i], "kind") != "previously_billed") continue;
    // What was billed before is taken off the item's own lines, the last of them first.
    std::int64_t billed = -integer(lines[i], "amount");
    lines[i]["amount"] = 0;
    for (std::size_t j = i; j-- > 0 && billed > 0;) {
      if (lines[j].at("parent") != lines[i].at("parent")) break;
      const std::int64_t cut = std::min(billed, integer(lines[j], "amount"));
      lines[j]["amount"] = integer(lines[j], "amount") - cut;
      billed -= cut;
    }
  }
  return view;
}

}  // namespace okapi::engine
