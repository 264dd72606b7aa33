#include "billing/currency.h"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace okapi::billing {
namespace {

// Stripe: zero-decimal and three-decimal currencies (currencies page). ISK and UGX have no minor
// unit either, but Stripe keeps their amounts in hundredths for compatibility.
constexpr std::string_view without_minor_unit[] = {"bif", "clp", "djf", "gnf", "jpy",
                                                   "kmf", "krw", "mga", "pyg", "rwf",
                                                   "vnd", "vuv", "xaf", "xof", "xpf"};
constexpr std::string_view in_thousandths[] = {"bhd", "jod", "kwd", "omr", "tnd"};

struct Minimum {
  std::string_view currency;
  std::int64_t amount = 0;
};
// Stripe: minimum charge amounts (currencies page).
constexpr Minimum minimums[] = {
    {"usd", 50},    {"aed", 200},  {"aud", 50},  {"bgn", 100},  {"brl", 50},  {"cad", 50},
    {"chf", 50},    {"czk", 1500}, {"dkk", 250}, {"eur", 50},   {"gbp", 30},  {"hkd", 400},
    {"huf", 17500}, {"inr", 50},   {"jpy", 50},  {"mxn", 1000}, {"myr", 200}, {"nok", 300},
    {"nzd", 50},    {"pln", 200},  {"ron", 200}, {"sek", 300},  {"sgd", 50},  {"thb", 1000}};

struct Symbol {
  std::string_view currency;
  std::string_view text;
};
// Guess: only $, €, £ and ¥ are recorded, and "CHF 25.00" for a currency without a sign of its own;
// the others are as the locale en-US writes them.
constexpr Symbol symbols[] = {
    {"usd", "$"},   {"eur", "€"},   {"gbp", "£"},   {"jpy", "¥"},   {"aud", "A$"}, {"brl", "R$"},
    {"cad", "CA$"}, {"cny", "CN¥"}, {"hkd", "HK$"}, {"ils", "₪"},   {"inr", "₹"},  {"krw", "₩"},
    {"mxn", "MX$"}, {"nzd", "NZ$"}, {"php", "₱"},   {"twd", "NT$"}, {"vnd", "₫"},  {"xcd", "EC$"}};

bool among(std::string_view currency, const auto& list) {
  return std::ranges::find(list, currency) != std::end(list);
}

std::string sign_of(std::string_view currency) {
  const auto known = std::ranges::find(symbols, currency, &Symbol::currency);
  if (known != std::end(symbols)) return std::string(known->text);
  std::string code(currency);
  std::ranges::transform(code, code.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return code + ' ';
}

// "1234567" is "1,234,567".
std::string in_groups(std::string digits) {
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

}  // namespace

int minor_digits(std::string_view currency) {
  if (among(currency, without_minor_unit)) return 0;
  return among(currency, in_thousandths) ? 3 : 2;
}

std::int64_t minimum_charge(std::string_view currency) {
  const auto known = std::ranges::find(minimums, currency, &Minimum::currency);
  if (known != std::end(minimums)) return known->amount;
  // Guess: Stripe lists no others; half a unit, as most of the listed ones have.
  return minor_digits(currency) == 3 ? 500 : 50;
}

std::string price_text(std::string_view currency, Decimal unit_amount) {
  const bool negative = unit_amount.is_negative();
  std::string digits = (negative ? -unit_amount : unit_amount).text();
  const std::size_t point = std::min(digits.find('.'), digits.size());
  std::string fraction = point < digits.size() ? digits.substr(point + 1) : "";
  digits.resize(point);

  // The point moves left by the digits of the minor unit: "3.6" cents are "0.036".
  const auto places = static_cast<std::size_t>(minor_digits(currency));
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  fraction.insert(0, digits.substr(digits.size() - places));
  digits.resize(digits.size() - places);

  std::string text = negative ? "-" : "";
  text += sign_of(currency);
  text += in_groups(std::move(digits));
  if (!fraction.empty()) text += '.' + fraction;
  return text;
}

}  // namespace okapi::billing
