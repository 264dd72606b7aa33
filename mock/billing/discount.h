// What coupons take off (subscriptions-invoices 2.10): percents line by line, amounts shared over
// lines. Amounts in minor units, percents as exact decimals (7.5 is seven and a half).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/decimal.h"

namespace okapi::billing {

// Stripe's samples show no exact half; half away from zero, here and nowhere else.
constexpr Rounding percent_rounding = Rounding::half_away_from_zero;

// amount x percent / 100, to the nearest cent.
[[nodiscard]] std::int64_t percent_of(std::int64_t amount, Decimal percent);
// An amount off several lines, in proportion to what each has left: floors, and the last line takes
// the rest. Never more than there is: 500 off 1000 and 2000 is 166 and 334.
[[nodiscard]] std::vector<std::int64_t> shares_of(std::int64_t amount_off,
                                                  std::span<const std::int64_t> left);

}  // namespace okapi::billing
