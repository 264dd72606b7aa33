#include "billing/tax.h"

#include "billing/discount.h"

namespace okapi::billing {
namespace {

// Percentages have at most four places.
std::int64_t ten_thousandths(Decimal percentage) {
  return round_product(percentage, Decimal::from_integer(10'000), percent_rounding);
}

}  // namespace

std::int64_t exclusive_tax(std::int64_t net, Decimal percentage) {
  return percent_of(net, percentage);
}

std::int64_t inclusive_tax(std::int64_t gross, Decimal percentage, Decimal all) {
  return round_fraction(gross, ten_thousandths(percentage), 1'000'000 + ten_thousandths(all),
                        percent_rounding);
}

}  // namespace okapi::billing
