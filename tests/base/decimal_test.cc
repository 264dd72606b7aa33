#include "base/decimal.h"

#include <limits>
#include <optional>
#include <random>
#include <string>

#include <boost/multiprecision/cpp_int.hpp>
#include <doctest/doctest.h>

#include "base/check.h"

using namespace okapi;
using boost::multiprecision::cpp_int;

namespace {

constexpr Rounding all_roundings[] = {Rounding::half_away_from_zero,
                                      Rounding::half_toward_minus_infinity, Rounding::up,
                                      Rounding::down};
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

Decimal number(const std::string& text) {
  const std::optional<Decimal> parsed = Decimal::parse(text);
  REQUIRE_MESSAGE(parsed.has_value(), text);
  return *parsed;
}

// --- the oracle: integers of any size, rounding as the schoolbook defines it

cpp_int power_of_ten(int exponent) {
  return boost::multiprecision::pow(cpp_int(10), static_cast<unsigned>(exponent));
}

cpp_int floor_of(const cpp_int& dividend, const cpp_int& divisor) {
  const cpp_int quotient = dividend / divisor;
  return dividend < 0 && quotient * divisor != dividend ? cpp_int(quotient - 1) : quotient;
}

cpp_int ceiling_of(const cpp_int& dividend, const cpp_int& divisor) {
  return -floor_of(-dividend, divisor);
}

cpp_int rounded(const cpp_int& dividend, const cpp_int& divisor, Rounding rounding) {
  switch (rounding) {
    case Rounding::half_away_from_zero:
      return dividend < 0 ? ceiling_of(2 * dividend - divisor, 2 * divisor)
                          : floor_of(2 * dividend + divisor, 2 * divisor);
    case Rounding::half_toward_minus_infinity:
      return ceiling_of(2 * dividend - divisor, 2 * divisor);
    case Rounding::up:
      return ceiling_of(dividend, divisor);
    case Rounding::down:
      return floor_of(dividend, divisor);
  }
  OKAPI_UNREACHABLE();
}

// What the code under test must give: empty where it must throw.
std::optional<std::int64_t> as_amount(const cpp_int& value) {
  if (value < least || value > most) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

template <typename Compute>
std::optional<std::int64_t> attempt(Compute&& compute) {
  try {
    return compute();
  } catch (const OutOfRange&) {
    return std::nullopt;
  }
}

cpp_int to_integer(Int128 value) { return cpp_int(value); }

// "-12.5" as -12.5 x 10^places.
cpp_int read_scaled(std::string text, int places) {
  const bool negative = text.starts_with('-');
  if (negative) text.erase(0, 1);
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string fraction = point < text.size() ? text.substr(point + 1) : "";
  CHECK(fraction.size() <= static_cast<std::size_t>(places));
  CHECK((fraction.empty() || fraction.back() != '0'));
  fraction.resize(static_cast<std::size_t>(places), '0');
  const std::string digits = text.substr(0, point) + fraction;
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  const cpp_int value(digits.substr(first));
  return negative ? cpp_int(-value) : value;
}

// Numbers of every size, with many that stand at an edge: halves, whole units, powers of two.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t bits() { return engine_(); }
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  Int128 scaled(int most_bits) {
    const auto width = static_cast<int>(below(static_cast<std::uint64_t>(most_bits) + 1));
    Uint128 value = Uint128{bits()} << 64 | bits();
    value >>= 128 - std::max(width, 1);
    constexpr Uint128 unit = 1'000'000'000'000;
    switch (below(8)) {
      case 0:
        value -= value % unit;
        break;  // a whole number
      case 1:
        value = value - value % unit + unit / 2;
        break;  // ends in .5
      case 2:
        value = (Uint128{1} << std::max(width, 1)) - below(3);
        break;  // an edge
      default:
        break;
    }
    value &= ~(Uint128{1} << 127);
    return below(2) == 0 ? static_cast<Int128>(value) : -static_cast<Int128>(value);
  }
  std::int64_t amount() {
    const std::uint64_t value = bits() >> below(64);
    switch (below(8)) {
      case 0:
        return least;
      case 1:
        return most;
      default:
        return static_cast<std::int64_t>(value);
    }
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace

TEST_CASE("decimals are read in plain notation only") {
  struct Case {
    std::string text;
    std::string value;  // empty: refused
  };
  const Case cases[] = {
      {"0", "0"},
      {"-0", "0"},
      {"0.000", "0"},
      {"0.1", "0.1"},
      {"-2.50", "-2.5"},
      {"+7", "7"},
      {"20000", "20000"},
      {"000123", "123"},
      {"0.000000000001", "0.000000000001"},
      {"0.123456789012", "0.123456789012"},
      {"99999999999999999999.999999999999", "99999999999999999999.999999999999"},
      {"-99999999999999999999", "-99999999999999999999"},
      {"", ""},
      {"-", ""},
      {".", ""},
      {"1.", ""},
      {".5", ""},
      {"--1", ""},
      {"+-1", ""},
      {" 1", ""},
      {"1 ", ""},
      {"1e6", ""},
      {"1,000", ""},
      {"0x10", ""},
      {"1.2.3", ""},
      {"inf", ""},
      {"nan", ""},
      {"0.1234567890123", ""},
      {"100000000000000000000", ""},
      {std::string("1\0", 2), ""},
      {"\xd9\xa1", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const std::optional<Decimal> parsed = Decimal::parse(c.text);
    CHECK(parsed.has_value() == !c.value.empty());
    if (parsed) CHECK(parsed->text() == c.value);
  }
}

TEST_CASE("the four roundings differ only at fractions") {
  struct Case {
    std::string value;
    std::int64_t half_away = 0;
    std::int64_t half_down = 0;
    std::int64_t up = 0;
    std::int64_t down = 0;
  };
  const Case cases[] = {{"0", 0, 0, 0, 0},
                        {"3", 3, 3, 3, 3},
                        {"-3", -3, -3, -3, -3},
                        {"0.5", 1, 0, 1, 0},
                        {"-0.5", -1, -1, 0, -1},
                        {"1.5", 2, 1, 2, 1},
                        {"2.5", 3, 2, 3, 2},
                        {"-2.5", -3, -3, -2, -3},
                        {"0.499999999999", 0, 0, 1, 0},
                        {"0.500000000001", 1, 1, 1, 0},
                        {"-0.500000000001", -1, -1, 0, -1},
                        {"9223372036854775807", most, most, most, most},
                        {"-9223372036854775808", least, least, least, least}};
  for (const Case& c : cases) {
    CAPTURE(c.value);
    CHECK(number(c.value).round(Rounding::half_away_from_zero) == c.half_away);
    CHECK(number(c.value).round(Rounding::half_toward_minus_infinity) == c.half_down);
    CHECK(number(c.value).round(Rounding::up) == c.up);
    CHECK(number(c.value).round(Rounding::down) == c.down);
  }
}

TEST_CASE("what does not fit is refused, and what just fits is not") {
  CHECK_THROWS_AS((void)number("9223372036854775807.5").round(Rounding::half_away_from_zero),
                  OutOfRange);
  CHECK(number("9223372036854775807.5").round(Rounding::half_toward_minus_infinity) == most);
  CHECK(number("9223372036854775807.5").truncated() == most);
  CHECK(number("-9223372036854775808.9").truncated() == least);
  CHECK_THROWS_AS((void)number("9223372036854775808").truncated(), OutOfRange);
  CHECK_THROWS_AS((void)number("-9223372036854775809").truncated(), OutOfRange);

  const Decimal greatest = Decimal::from_scaled(std::numeric_limits<Int128>::max());
  const Decimal smallest = Decimal::from_scaled(std::numeric_limits<Int128>::min());
  const Decimal step = Decimal::from_scaled(1);
  CHECK_THROWS_AS((void)(greatest + step), OutOfRange);
  CHECK_THROWS_AS((void)(smallest - step), OutOfRange);
  CHECK_THROWS_AS((void)-smallest, OutOfRange);
  CHECK(-greatest == smallest + step);
  CHECK(greatest.text() == "170141183460469231731687303.715884105727");
  CHECK(smallest.text() == "-170141183460469231731687303.715884105728");
  CHECK_THROWS_AS((void)round_product(greatest, greatest, Rounding::up), OutOfRange);
  CHECK(round_product(greatest, Decimal(), Rounding::up) == 0);
  CHECK(round_product(greatest, step, Rounding::down) == 170141183460469);
  CHECK(round_fraction(least, most, most, Rounding::down) == least);
  CHECK(round_fraction(least, 1, 1, Rounding::up) == least);
  CHECK_THROWS_AS((void)round_fraction(least, -1, 1, Rounding::up), OutOfRange);
  CHECK_THROWS_AS((void)round_fraction(1, 1, 0, Rounding::up), Bug);
}

TEST_CASE("sums, roundings and texts equal those of big integers") {
  Draw draw(1);
  const cpp_int unit = power_of_ten(Decimal::places);
  const cpp_int beyond = cpp_int(1) << 127;
  for (int round = 0; round < 40'000; ++round) {
    const Decimal a = Decimal::from_scaled(draw.scaled(126));
    const Decimal b = Decimal::from_scaled(draw.scaled(126));
    CAPTURE(a.text());
    CAPTURE(b.text());
    const cpp_int sum = to_integer(a.scaled()) + to_integer(b.scaled());
    try {
      REQUIRE(to_integer((a + b).scaled()) == sum);
    } catch (const OutOfRange&) {
      REQUIRE((sum >= beyond || sum < -beyond));
    }
    REQUIRE(read_scaled(a.text(), Decimal::places) == to_integer(a.scaled()));
    REQUIRE(a.is_integer() == (to_integer(a.scaled()) % unit == 0));
    REQUIRE((a < b) == (to_integer(a.scaled()) < to_integer(b.scaled())));
    REQUIRE(attempt([&] { return a.truncated(); }) == as_amount(to_integer(a.scaled()) / unit));
    for (const Rounding rounding : all_roundings) {
      REQUIRE(attempt([&] { return a.round(rounding); }) ==
              as_amount(rounded(to_integer(a.scaled()), unit, rounding)));
    }
  }
}

TEST_CASE("products equal those of big integers, up to the edge of 64 bits and beyond") {
  Draw draw(2);
  const cpp_int square = power_of_ten(2 * Decimal::places);
  const Int128 one = Decimal::from_integer(1).scaled();
  int in_range = 0;
  for (int round = 0; round < 60'000; ++round) {
    Decimal quantity = Decimal::from_scaled(draw.scaled(110));
    if (round % 2 == 0) quantity = Decimal::from_scaled(quantity.scaled() / one * one);
    const Decimal unit_amount = Decimal::from_scaled(draw.scaled(110));
    CAPTURE(quantity.text());
    CAPTURE(unit_amount.text());
    const cpp_int exact = to_integer(quantity.scaled()) * to_integer(unit_amount.scaled());
    for (const Rounding rounding : all_roundings) {
      const std::optional<std::int64_t> expected = as_amount(rounded(exact, square, rounding));
      REQUIRE(attempt([&] { return round_product(quantity, unit_amount, rounding); }) == expected);
      in_range += expected.has_value() ? 1 : 0;
    }
    if (abs(exact) / square < (cpp_int(1) << 128) - 1) {
      REQUIRE(read_scaled(product_text(quantity, unit_amount), 2 * Decimal::places) == exact);
    }
  }
  CHECK(in_range > 50'000);  // the draw reaches both sides
  CHECK(in_range < 230'000);
}

TEST_CASE("fractions of amounts and products equal those of big integers") {
  Draw draw(3);
  const cpp_int square = power_of_ten(2 * Decimal::places);
  for (int round = 0; round < 40'000; ++round) {
    const std::int64_t amount = draw.amount();
    const std::int64_t numerator = draw.amount();
    const std::int64_t denominator = draw.amount();
    CAPTURE(amount);
    CAPTURE(numerator);
    CAPTURE(denominator);
    const Rounding rounding = all_roundings[draw.below(4)];
    if (denominator != 0) {
      const cpp_int sign = denominator < 0 ? -1 : 1;
      REQUIRE(attempt([&] { return round_fraction(amount, numerator, denominator, rounding); }) ==
              as_amount(rounded(sign * cpp_int(amount) * numerator, sign * denominator, rounding)));
    }
    const Decimal quantity = Decimal::from_scaled(draw.scaled(100));
    const Decimal unit_amount = Decimal::from_scaled(draw.scaled(90));
    const auto whole = static_cast<std::int64_t>(1 + draw.below((1ULL << 40) - 1));
    const auto part = static_cast<std::int64_t>(draw.below(static_cast<std::uint64_t>(whole) + 1));
    CAPTURE(quantity.text());
    CAPTURE(unit_amount.text());
    const cpp_int exact = to_integer(quantity.scaled()) * to_integer(unit_amount.scaled()) * part;
    const std::optional<std::int64_t> shared = attempt(
        [&] { return round_product_fraction(quantity, unit_amount, part, whole, rounding); });
    REQUIRE(shared == as_amount(rounded(exact, square * whole, rounding)));
  }
}
