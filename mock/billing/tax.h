// Tax of one line (subscriptions-invoices 2.11): rounded to the cent by itself, then added.
#pragma once

#include <cstdint>

#include "base/decimal.h"

namespace okapi::billing {

// On top: 7.95 % of 15660 is 1244.97, 1245.
[[nodiscard]] std::int64_t exclusive_tax(std::int64_t net, Decimal percentage);
// Inside: 15 % in 2000 is 2000 x 15 / 115 = 260.87, 261. `all` is the sum of the inclusive rates of
// the line, of which `percentage` is one.
[[nodiscard]] std::int64_t inclusive_tax(std::int64_t gross, Decimal percentage, Decimal all);

}  // namespace okapi::billing
