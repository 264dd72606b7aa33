#include "hosted/card_form.h"

#include <algorithm>

#include "base/text.h"

namespace okapi::hosted {
namespace {

struct FillCard {
  const char* key;
  const char* label;
  const char* number;
};
constexpr FillCard fill_cards[] = {
    {"succeeds", "Succeeds", "4242424242424242"},
    {"declines", "Declines", "4000000000000002"},
    {"insufficient-funds", "Insufficient funds", "4000000000009995"},
    {"3ds", "Asks for 3D Secure", "4000002760003184"},
    {"declines-later", "Is kept, then declines", "4000000000000341"},
};

std::string spaced(std::string_view number) {
  std::string out;
  for (std::size_t i = 0; i < number.size(); ++i) {
    if (i > 0 && i % 4 == 0) out += ' ';
    out += number[i];
  }
  return out;
}

std::string digits_of(const std::string& text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits),
                       [](char c) { return c >= '0' && c <= '9'; });
  return digits;
}

struct Expiry {
  std::string month;
  std::string year;
};

// "12 / 34", "12/2034", "1234".
Expiry expiry_of(const std::string& text) {
  const std::size_t slash = text.find('/');
  Expiry expiry;
  if (slash != text.npos) {
    expiry = {.month = digits_of(text.substr(0, slash)), .year = digits_of(text.substr(slash))};
  } else {
    const std::string digits = digits_of(text);
    const std::size_t end = std::min<std::size_t>(2, digits.size());
    expiry = {.month = digits.substr(0, end), .year = digits.substr(end)};
  }
  if (expiry.year.size() == 2) expiry.year.insert(0, "20");
  return expiry;
}

}  // namespace

bool fills_card(const Visit& visit) { return !visit.field("fill").empty(); }

void add_card_values(Json& values, const Visit& visit) {
  for (const char* name : {"number", "expiry", "cvc", "cardholder"}) {
    values[name] = visit.field(name);
  }
  if (fills_card(visit)) {
    values["number"] = spaced(digits_of(visit.field("fill")));
    values["expiry"] = "12 / 34";
    values["cvc"] = "123";
  }
  values["test_cards"] = Json::array();
  for (const FillCard& card : fill_cards) {
    values["test_cards"].push_back({{"key", card.key},
                                    {"label", card.label},
                                    {"number", card.number},
                                    {"spaced", spaced(card.number)}});
  }
}

TypedCard make_card(const Visit& visit, const Form& billing_details) {
  const std::string number = digits_of(visit.field("number"));
  if (number.empty()) return {.payment_method = {}, .error = "Your card number is incomplete."};
  const Expiry expiry = expiry_of(visit.field("expiry"));
  if (expiry.month.empty() || expiry.year.empty()) {
    return {.payment_method = {}, .error = "Your card's expiration date is incomplete."};
  }
  const std::string cvc = digits_of(visit.field("cvc"));
  if (cvc.size() < 3) {
    return {.payment_method = {}, .error = "Your card's security code is incomplete."};
  }
  Form form = {{"type", "card"},
               {"card[number]", number},
               {"card[exp_month]", expiry.month},
               {"card[exp_year]", expiry.year},
               {"card[cvc]", cvc}};
  if (const std::string name = visit.field("cardholder"); !name.empty()) {
    form.emplace_back("billing_details[name]", name);
  }
  for (const auto& [name, value] : billing_details) {
    if (!value.empty()) form.emplace_back(concat("billing_details", name), value);
  }
  const Answer answer = visit.client().post("/v1/payment_methods", form);
  if (!answer.ok()) return {.payment_method = {}, .error = answer.message()};
  return {.payment_method = text(answer.body, "id"), .error = {}};
}

}  // namespace okapi::hosted
