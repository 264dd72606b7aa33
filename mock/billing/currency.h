// What arithmetic and texts need to know of a currency: how many digits its minor unit has, how a
// price is written, and the smallest amount that is charged. Which codes exist is api/currency.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/decimal.h"

namespace okapi::billing {

// 2 for most; 0 and 3 for the currencies that Stripe's currencies page lists.
[[nodiscard]] int minor_digits(std::string_view currency);
// A due amount above zero and below this is carried over to the customer's balance (USD: 50 cents).
[[nodiscard]] std::int64_t minimum_charge(std::string_view currency);
// Stripe: an amount has at most eight digits, whatever the currency (docs, currencies).
constexpr std::int64_t maximum_charge = 99'999'999;
// A price in minor units as Stripe writes it in descriptions: 0.1 cent is "$0.001", 188000 cents
// are
// "$1,880.00", 1000 yen are "¥1,000", 2500 rappen are "CHF 25.00", minus 5 cents are "-$0.05".
[[nodiscard]] std::string price_text(std::string_view currency, Decimal unit_amount);

}  // namespace okapi::billing
