#include "base/decimal.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/check.h"

namespace okapi {
namespace {

constexpr std::uint64_t scale = 1'000'000'000'000;
constexpr Uint128 square_scale = Uint128{scale} * scale;
constexpr std::size_t most_whole_digits = 20;

struct Split {
  Uint128 whole = 0;
  std::uint64_t fraction = 0;
};

constexpr Uint128 magnitude(Int128 value) {
  return value < 0 ? -static_cast<Uint128>(value) : static_cast<Uint128>(value);
}

// A 128-bit division is a call; nearly every price and quantity fits into 64 bits.
Split split(Uint128 scaled) {
  if (scaled <= std::numeric_limits<std::uint64_t>::max()) {
    const auto narrow = static_cast<std::uint64_t>(scaled);
    return {.whole = narrow / scale, .fraction = narrow % scale};
  }
  return {.whole = scaled / scale, .fraction = static_cast<std::uint64_t>(scaled % scale)};
}

// Whether a magnitude with this remainder is raised by one.
bool rounds_outward(Uint128 remainder, Uint128 divisor, bool negative, Rounding rounding) {
  if (remainder == 0) return false;
  switch (rounding) {
    case Rounding::half_away_from_zero:
      return 2 * remainder >= divisor;
    case Rounding::half_toward_minus_infinity:
      return negative ? 2 * remainder >= divisor : 2 * remainder > divisor;
    case Rounding::up:
      return !negative;
    case Rounding::down:
      return negative;
  }
  OKAPI_UNREACHABLE();
}

std::int64_t to_amount(Uint128 whole, bool negative) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (whole > Uint128{most} + (negative ? 1 : 0)) throw OutOfRange("amount exceeds 64 bits");
  const auto narrow = static_cast<std::uint64_t>(whole);
  return static_cast<std::int64_t>(negative ? -narrow : narrow);
}

std::int64_t round_ratio(Uint128 whole, Uint128 remainder, Uint128 divisor, bool negative,
                         Rounding rounding) {
  return to_amount(whole + (rounds_outward(remainder, divisor, negative, rounding) ? 1 : 0),
                   negative);
}

struct Product {
  Uint128 whole = 0;
  Uint128 fraction = 0;  // scaled by 10^24
  bool negative = false;
};

// (ai + af/s)(bi + bf/s) = ai.bi + (ai.bf + bi.af)/s + af.bf/s^2. The integer parts stay under
// 2^127 / 10^12 and the fractions under 10^12, so only ai.bi and its carry can overflow.
Product multiply(Decimal a, Decimal b) {
  const Split x = split(magnitude(a.scaled()));
  const Split y = split(magnitude(b.scaled()));
  Product product{.negative = a.is_negative() != b.is_negative()};
  bool overflow = __builtin_mul_overflow(x.whole, y.whole, &product.whole);
  const Split middle = split(x.whole * y.fraction + y.whole * x.fraction);
  overflow |= __builtin_add_overflow(product.whole, middle.whole, &product.whole);
  product.fraction = Uint128{middle.fraction} * scale + Uint128{x.fraction} * y.fraction;
  if (product.fraction >= square_scale) {
    product.fraction -= square_scale;
    overflow |= __builtin_add_overflow(product.whole, Uint128{1}, &product.whole);
  }
  if (overflow) throw OutOfRange("product exceeds 128 bits");
  return product;
}

// Digits of `whole`.`fraction` without trailing zeros; `places` is how many digits the fraction
// has.
std::string to_text(bool negative, Uint128 whole, Uint128 fraction, int places) {
  std::array<char, 72> digits;
  std::size_t at = digits.size();
  const auto push = [&](Uint128 digit) {
    digits[--at] = static_cast<char>('0' + static_cast<int>(digit));
  };
  bool significant = false;
  for (int place = 0; place < places; ++place, fraction /= 10) {
    significant = significant || fraction % 10 != 0;
    if (significant) push(fraction % 10);
  }
  if (significant) digits[--at] = '.';
  do push(whole % 10);
  while ((whole /= 10) != 0);
  if (negative) digits[--at] = '-';
  return {digits.data() + at, digits.size() - at};
}

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Decimal Decimal::from_integer(std::int64_t value) { return from_scaled(Int128{value} * scale); }

std::optional<Decimal> Decimal::parse(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  if (whole.empty() || whole.size() > most_whole_digits || !all_digits(whole)) return std::nullopt;
  if (point != std::string_view::npos && fraction.empty()) return std::nullopt;
  if (fraction.size() > places || !all_digits(fraction)) return std::nullopt;
  Int128 scaled = 0;
  for (const char c : whole) scaled = scaled * 10 + (c - '0');
  for (int place = 0; place < places; ++place) {
    const auto index = static_cast<std::size_t>(place);
    scaled = scaled * 10 + (index < fraction.size() ? fraction[index] - '0' : 0);
  }
  return from_scaled(negative ? -scaled : scaled);
}

bool Decimal::is_integer() const { return split(magnitude(scaled_)).fraction == 0; }

std::int64_t Decimal::truncated() const {
  return to_amount(split(magnitude(scaled_)).whole, is_negative());
}

std::int64_t Decimal::round(Rounding rounding) const {
  const Split parts = split(magnitude(scaled_));
  return round_ratio(parts.whole, parts.fraction, scale, is_negative(), rounding);
}

std::string Decimal::text() const {
  const Split parts = split(magnitude(scaled_));
  return to_text(is_negative(), parts.whole, parts.fraction, places);
}

Decimal Decimal::operator+(Decimal other) const {
  Int128 sum = 0;
  if (__builtin_add_overflow(scaled_, other.scaled_, &sum))
    throw OutOfRange("sum exceeds 128 bits");
  return from_scaled(sum);
}

Decimal Decimal::operator-(Decimal other) const {
  Int128 difference = 0;
  if (__builtin_sub_overflow(scaled_, other.scaled_, &difference)) {
    throw OutOfRange("difference exceeds 128 bits");
  }
  return from_scaled(difference);
}

Decimal Decimal::operator-() const { return Decimal{} - *this; }

std::int64_t round_product(Decimal quantity, Decimal unit_amount, Rounding rounding) {
  // Nearly every charge: whole units, and an amount that fits into 64 bits with its twelve places.
  const Split units = split(magnitude(quantity.scaled()));
  std::uint64_t scaled = 0;
  if (units.fraction == 0 &&
      !__builtin_mul_overflow(units.whole, magnitude(unit_amount.scaled()), &scaled)) {
    const bool negative = quantity.is_negative() != unit_amount.is_negative();
    return round_ratio(scaled / scale, scaled % scale, scale, negative, rounding);
  }
  const Product product = multiply(quantity, unit_amount);
  return round_ratio(product.whole, product.fraction, square_scale, product.negative, rounding);
}

std::string product_text(Decimal quantity, Decimal unit_amount) {
  const Product product = multiply(quantity, unit_amount);
  const bool zero = product.whole == 0 && product.fraction == 0;
  return to_text(product.negative && !zero, product.whole, product.fraction, 2 * Decimal::places);
}

std::int64_t round_fraction(std::int64_t amount, std::int64_t numerator, std::int64_t denominator,
                            Rounding rounding) {
  OKAPI_CHECK(denominator != 0);
  const Int128 product = Int128{amount} * numerator;
  const Uint128 divisor = magnitude(denominator);
  const Uint128 dividend = magnitude(product);
  const bool negative = (product < 0) != (denominator < 0);
  return round_ratio(dividend / divisor, dividend % divisor, divisor, negative, rounding);
}

std::int64_t round_product_fraction(Decimal quantity, Decimal unit_amount, std::int64_t numerator,
                                    std::int64_t denominator, Rounding rounding) {
  constexpr std::int64_t limit = std::int64_t{1} << 40;
  OKAPI_CHECK(0 <= numerator && numerator <= denominator && denominator > 0 && denominator < limit);
  const Product product = multiply(quantity, unit_amount);
  const auto n = static_cast<Uint128>(numerator);
  const auto d = static_cast<Uint128>(denominator);
  Uint128 whole = 0;
  if (__builtin_mul_overflow(product.whole, n, &whole))
    throw OutOfRange("product exceeds 128 bits");
  // (whole + f/10^24)(n/d): the rest of the division joins the fraction, both under 2^40 x 10^24.
  const Uint128 rest = whole % d * square_scale + product.fraction * n;
  const Uint128 divisor = d * square_scale;
  return round_ratio(whole / d + rest / divisor, rest % divisor, divisor, product.negative,
                     rounding);
}

}  // namespace okapi
