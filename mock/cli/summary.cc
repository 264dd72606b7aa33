#include "cli/summary.h"

#include <algorithm>

#include "billing/currency.h"

namespace okapi::cli {
namespace {

// 4490000 in usd is "44,900.00".
std::string plain_amount(std::string_view currency, std::int64_t amount) {
  const std::string with_symbol = billing::price_text(currency, Decimal::from_integer(amount));
  const std::size_t digits = with_symbol.find_first_of("0123456789");
  return (amount < 0 ? "-" : "") + with_symbol.substr(digits);
}

void append_term(std::string& sum, std::string_view currency, std::int64_t amount) {
  if (amount == 0) return;
  if (sum.empty()) {
    sum = plain_amount(currency, amount);
    return;
  }
  sum += amount < 0 ? " - " : " + ";
  sum += plain_amount(currency, std::abs(amount));
}

std::string usage_of(const Json& explanation) {
  for (const Json& line : explanation.at("lines")) {
    const Json& usage = at_path(line, {"usage"});
    if (usage.is_object()) return text(usage, "quantity") + " " + text(usage, "event_name");
  }
  return {};
}

std::string padded(std::string word, std::size_t width) {
  word.resize(std::max(width, word.size()), ' ');
  return word;
}

}  // namespace

std::string invoice_summary(const Json& explanation) {
  const std::string& currency = text(explanation, "currency");
  std::string sum;
  for (const Json& line : explanation.at("lines")) {
    append_term(sum, currency, integer(line, "amount"));
  }
  append_term(sum, currency, -integer(explanation, "discounts"));
  append_term(sum, currency, -integer(explanation, "credits"));
  append_term(sum, currency, integer(explanation, "tax"));
  if (sum.empty()) sum = plain_amount(currency, 0);
  return "  " + padded(maybe_text(explanation, "number").value_or("draft"), 15) +
         padded(usage_of(explanation), 30) + sum + " = " +
         plain_amount(currency, integer(explanation, "total")) + "\n";
}

std::string ledger_summary(const std::vector<Json>& transactions) {
  std::string sum;
  std::string currency;
  std::int64_t left = 0;
  for (auto transaction = transactions.rbegin(); transaction != transactions.rend();
       ++transaction) {
    const std::string& type = text(*transaction, "type");
    const Json& monetary = at_path(*transaction, {type, "amount", "monetary"});
    currency = text(monetary, "currency");
    const std::int64_t amount = (type == "debit" ? -1 : 1) * integer(monetary, "value");
    append_term(sum, currency, amount);
    left += amount;
  }
  if (sum.empty()) return {};
  return "  " + padded("credits", 45) + sum + " = " + plain_amount(currency, left) + "\n";
}

}  // namespace okapi::cli
