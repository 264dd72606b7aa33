#include "billing/proration.h"

#include "base/check.h"

namespace okapi::billing {
namespace {

// Stripe: exact halves of prorations go toward minus infinity, unlike those of other lines
// (recorded: -2.5 gives -3, 4.5 gives 4, 7.5 gives 7).
constexpr Rounding rounding = Rounding::half_toward_minus_infinity;

struct Share {
  Seconds left = 0;
  Seconds of = 0;
};

Share share_of(const Change& change) {
  const Period& period = change.period;
  OKAPI_CHECK(period.start < period.end);
  OKAPI_CHECK(period.start <= change.at && change.at <= period.end);
  return {.left = period.end - change.at, .of = period.end - period.start};
}

std::int64_t prorated(const Change& change, Decimal quantity, Decimal unit_amount) {
  const Share share = share_of(change);
  return round_product_fraction(quantity, unit_amount, share.left, share.of, rounding);
}

std::int64_t prorated(const Change& change, std::int64_t amount) {
  const Share share = share_of(change);
  return round_fraction(amount, share.left, share.of, rounding);
}

}  // namespace

// 21 of 31 days of 50000 are left: 33870.97 is charged as 33871.
std::int64_t remaining_charge(const Change& change, Decimal quantity, Decimal unit_amount) {
  return prorated(change, quantity, unit_amount);
}

std::int64_t unused_credit(const Change& change, Decimal quantity, Decimal unit_amount) {
  return prorated(change, -quantity, unit_amount);
}

std::int64_t remaining_charge(const Change& change, std::int64_t amount) {
  return prorated(change, amount);
}

std::int64_t unused_credit(const Change& change, std::int64_t amount) {
  return prorated(change, -amount);
}

}  // namespace okapi::billing
