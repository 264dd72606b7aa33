#include "billing/discount.h"

#include <algorithm>
#include <numeric>

namespace okapi::billing {

std::int64_t percent_of(std::int64_t amount, Decimal percent) {
  return round_product_fraction(Decimal::from_integer(amount), percent, 1, 100, percent_rounding);
}

std::vector<std::int64_t> shares_of(std::int64_t amount_off, std::span<const std::int64_t> left) {
  const std::int64_t total = std::accumulate(left.begin(), left.end(), std::int64_t{0});
  const std::int64_t off = std::min(amount_off, total);
  std::vector<std::int64_t> shares(left.size(), 0);
  if (off <= 0) return shares;
  std::int64_t given = 0;
  std::size_t last = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i] <= 0) continue;
    shares[i] = round_fraction(left[i], off, total, Rounding::down);
    given += shares[i];
    last = i;
  }
  shares[last] += off - given;
  return shares;
}

}  // namespace okapi::billing
