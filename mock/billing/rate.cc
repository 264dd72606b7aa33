#include "billing/rate.h"

#include <algorithm>

#include "base/check.h"

namespace okapi::billing {
namespace {

// Stripe: each line is rounded once, to the nearest minor unit, halves away from zero
// (billing/subscriptions/decimal-amounts): 0.05 x 30 = 1.5 is billed as 2.
void set_price(RatedLine& line, Decimal units, Decimal unit_amount) {
  line.units = units;
  line.unit_amount = unit_amount;
  line.amount = round_product(units, unit_amount, Rounding::half_away_from_zero);
}

// 150 used in packages of 60, rounded up: 3.
Decimal packages_of(Decimal quantity, const Package& package) {
  OKAPI_CHECK(package.divide_by >= 1);
  const Int128 divisor = Decimal::from_integer(package.divide_by).scaled();
  Int128 packages = quantity.scaled() / divisor;
  if (package.rounding == PackageRounding::up && quantity.scaled() % divisor != 0) ++packages;
  return Decimal::from_scaled(packages * Decimal::from_integer(1).scaled());
}

// What one tier bills: the unit line, also without units or a unit amount, and right after it the
// flat amount if there is one. 0 is an amount, absence is not.
void append_tier(std::vector<RatedLine>& lines, const Tier& tier, int number, Decimal units) {
  // Written where it stays: copying a line that has just been written makes the processor wait.
  RatedLine& used = lines.emplace_back();
  used.kind = LineKind::tier_unit;
  used.tier = number;
  used.quantity = units;
  set_price(used, units, tier.unit_amount.value_or(Decimal()));
  if (!tier.flat_amount) return;
  RatedLine& flat = lines.emplace_back();
  flat.kind = LineKind::tier_flat;
  flat.tier = number;
  set_price(flat, Decimal::from_integer(1), *tier.flat_amount);
}

// The one walk over the tiers. Graduated: each tier bills what falls into it, the first one always.
// Volume: the first tier that holds the whole quantity bills all of it.
std::vector<RatedLine> rate_tiers(const Rate& rate, Decimal quantity) {
  OKAPI_CHECK(!rate.tiers.back().up_to);
  std::vector<RatedLine> lines;
  lines.reserve(2 * rate.tiers.size());
  Decimal below;  // upper bound of the tier before
  int number = 0;
  for (const Tier& tier : rate.tiers) {
    ++number;
    OKAPI_CHECK(!tier.up_to || *tier.up_to > below);
    // Stripe: up_to is inclusive, so unit 100,000 of 100,000 still belongs to the tier.
    const bool last = !tier.up_to || quantity <= *tier.up_to;
    if (rate.tiers_mode == TiersMode::graduated) {
      append_tier(lines, tier, number, (last ? quantity : *tier.up_to) - below);
    } else if (last) {
      append_tier(lines, tier, number, quantity);
    }
    if (last) return lines;
    below = *tier.up_to;
  }
  OKAPI_UNREACHABLE();
}

}  // namespace

std::vector<RatedLine> rate(const Rate& rate, Decimal quantity) {
  // Stripe: negative usage bills as none (recording usage).
  if (quantity.is_negative()) quantity = Decimal();
  OKAPI_CHECK(rate.unit_amount.has_value() == rate.tiers.empty());
  if (!rate.tiers.empty()) return rate_tiers(rate, quantity);
  std::vector<RatedLine> lines;
  RatedLine& line = lines.emplace_back();
  line.kind = rate.package ? LineKind::package : LineKind::per_unit;
  line.quantity = quantity;
  set_price(line, rate.package ? packages_of(quantity, *rate.package) : quantity,
            *rate.unit_amount);
  return lines;
}

std::int64_t total_of(const std::vector<RatedLine>& lines) {
  std::int64_t total = 0;
  for (const RatedLine& line : lines) {
    if (__builtin_add_overflow(total, line.amount, &total)) {
      throw OutOfRange("total exceeds 64 bits");
    }
  }
  return total;
}

}  // namespace okapi::billing
