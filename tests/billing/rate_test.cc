#include "billing/rate.h"

#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/billing/prices.h"

using namespace okapi;
using namespace okapi::billing;
using namespace okapi::billing::test;

TEST_CASE("fixed fee and overage: the renewal of Hypernian at every usage of the brief") {
  struct Case {
    std::string usage;
    std::int64_t included_line = 0;
    std::int64_t lines = 0;  // of the metered price
    std::string exact_overage;
    std::int64_t total = 0;
  };
  const Case cases[] = {
      {"0", 0, 1, "0", 20'000},
      {"1", 0, 1, "0", 20'000},
      {"99999", 0, 1, "0", 20'000},
      {"100000", 0, 1, "0", 20'000},
      {"100001", 0, 2, "0.1", 20'000},
      {"100004", 0, 2, "0.4", 20'000},
      {"100005", 0, 2, "0.5", 20'001},
      {"100014", 0, 2, "1.4", 20'001},
      {"100015", 0, 2, "1.5", 20'002},
      {"150000", 0, 2, "5000", 25'000},
      {"1000000", 0, 2, "90000", 110'000},
  };
  for (const Case& c : cases) {
    CAPTURE(c.usage);
    const std::vector<RatedLine> lines = rate(hypernian_graduated(), number(c.usage));
    REQUIRE(lines.size() == static_cast<std::size_t>(c.lines));
    CHECK(lines.front().amount == c.included_line);
    if (lines.size() > 1) CHECK(lines.back().exact() == c.exact_overage);
    CHECK(total_of(lines) + charge(hypernian_licence(), "1") == c.total);
  }
}

TEST_CASE("the siblings of overage: volume, per unit and packages") {
  struct Case {
    std::string usage;
    std::int64_t graduated = 0;
    std::int64_t volume = 0;
    std::int64_t per_unit = 0;
    std::int64_t packages = 0;
    std::int64_t packages_down = 0;
    std::int64_t pay_as_you_go = 0;
  };
  const Case cases[] = {
      {"0", 0, 0, 0, 0, 0, 0},
      {"1", 0, 0, 0, 100, 0, 4},
      {"999", 0, 0, 100, 100, 0, 40},
      {"99999", 0, 0, 10'000, 10'000, 9'900, 4'000},
      {"100000", 0, 0, 10'000, 10'000, 10'000, 4'000},
      {"100001", 0, 10'000, 10'000, 10'100, 10'000, 4'004},
      {"100005", 1, 10'001, 10'001, 10'100, 10'000, 4'004},
      {"150000", 5'000, 15'000, 15'000, 15'000, 15'000, 6'000},
      {"1000000", 90'000, 100'000, 100'000, 100'000, 100'000, 40'000},
  };
  for (const Case& c : cases) {
    CAPTURE(c.usage);
    CHECK(charge(hypernian_graduated(), c.usage) == c.graduated);
    CHECK(charge(hypernian_volume(), c.usage) == c.volume);
    CHECK(charge(per_unit("0.1"), c.usage) == c.per_unit);
    CHECK(charge(packages("100", 1000), c.usage) == c.packages);
    CHECK(charge(packages("100", 1000, PackageRounding::down), c.usage) == c.packages_down);
    CHECK(charge(packages("4", 100), c.usage) == c.pay_as_you_go);
  }
}

TEST_CASE("awkward decimals are exact until the one rounding") {
  struct Case {
    std::string usage;
    std::string unit_amount;
    std::string exact;
    std::int64_t billed = 0;
  };
  const Case cases[] = {
      {"3", "0.1", "0.3", 0},
      {"5", "0.1", "0.5", 1},
      {"15", "0.1", "1.5", 2},
      {"25", "0.1", "2.5", 3},
      {"30", "0.05", "1.5", 2},
      {"31", "3.6", "111.6", 112},
      {"250000", "0.0001", "25", 25},
      {"1", "0.000000000001", "0.000000000001", 0},
      {"499999999999", "0.000000000001", "0.499999999999", 0},
      {"500000000000", "0.000000000001", "0.5", 1},
      {"999999999999999", "0.000000000001", "999.999999999999", 1000},
      {"3", "33.333333333333", "99.999999999999", 100},
      {"7", "14.285714285714", "99.999999999998", 100},
      {"1234.567", "0.123456789012", "152.415677640177804", 152},
      {"2.5", "100", "250", 250},
      {"4210", "0.1666", "701.386", 701},
  };
  for (const Case& c : cases) {
    CAPTURE(c.usage);
    CAPTURE(c.unit_amount);
    const std::vector<RatedLine> lines = rate(per_unit(c.unit_amount), number(c.usage));
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].exact() == c.exact);
    CHECK(lines[0].amount == c.billed);
    CHECK(lines[0].quantity == number(c.usage));
  }
}

TEST_CASE("each line is rounded on its own before lines are added") {
  const std::int64_t half_a_cent = charge(per_unit("0.1"), "5");
  CHECK(half_a_cent + half_a_cent + half_a_cent == 3);  // not round(1.5) = 2
  // 5 x 0.5 = 2.5 and 1 x 0.5 = 0.5: 3 + 1, though 6 x 0.5 = 3.
  CHECK(charge(graduated({tier("5", "0.5"), tier("inf", "0.5")}), "6") == 4);
}

TEST_CASE("tiers as documented, graduated and volume") {
  struct Case {
    std::string quantity;
    std::int64_t volume = 0;
    std::int64_t graduated = 0;
  };
  const Case cases[] = {{"0", 0, 0},         {"1", 700, 700},        {"5", 3'500, 3'500},
                        {"6", 3'900, 4'150}, {"20", 12'000, 12'750}, {"25", 15'000, 15'750}};
  for (const Case& c : cases) {
    CAPTURE(c.quantity);
    CHECK(charge(volume(documented_tiers()), c.quantity) == c.volume);
    CHECK(charge(graduated(documented_tiers()), c.quantity) == c.graduated);
  }
}

TEST_CASE("flat amounts are lines of their own, right after the units of their tier") {
  const std::vector<RatedLine> lines = rate(graduated(documented_flat_tiers()), number("12"));
  struct Line {
    LineKind kind = LineKind::tier_unit;
    int tier = 0;
    std::string quantity;
    std::int64_t amount = 0;
  };
  const Line expected[] = {
      {LineKind::tier_unit, 1, "5", 2'500}, {LineKind::tier_flat, 1, "0", 1'000},
      {LineKind::tier_unit, 2, "5", 2'000}, {LineKind::tier_flat, 2, "0", 2'000},
      {LineKind::tier_unit, 3, "2", 600},   {LineKind::tier_flat, 3, "0", 3'000}};
  REQUIRE(lines.size() == std::size(expected));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CAPTURE(i);
    CHECK(lines[i].kind == expected[i].kind);
    CHECK(lines[i].tier == expected[i].tier);
    CHECK(lines[i].quantity.text() == expected[i].quantity);
    CHECK(lines[i].amount == expected[i].amount);
    CHECK(lines[i].exact() == std::to_string(expected[i].amount));
  }
  CHECK(total_of(lines) == 11'100);
  CHECK(charge(volume(documented_flat_tiers()), "12") == 6'600);
}

TEST_CASE("quantity 0 bills the first tier and its flat amount, in both modes") {
  CHECK(charge(graduated(documented_flat_tiers()), "0") == 1'000);
  CHECK(charge(volume(documented_flat_tiers()), "0") == 1'000);
  CHECK(rate(graduated(documented_flat_tiers()), Decimal()).size() == 2);
  CHECK(rate(hypernian_graduated(), Decimal()).size() == 1);
}

TEST_CASE("an amount of 0 is an amount, absence is not") {
  // Recorded: 0 + 900 + 112 + 0 = 1012, the flat amount of 0 has its line.
  const Rate price = graduated({tier("300", "", "900"), tier("inf", "3.6", "0")});
  const std::vector<RatedLine> lines = rate(price, number("331"));
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].amount == 0);
  CHECK(lines[0].unit_amount.is_zero());
  CHECK(lines[1].amount == 900);
  CHECK(lines[2].amount == 112);
  CHECK(lines[3].amount == 0);
  CHECK(total_of(lines) == 1'012);
}

TEST_CASE("packages show the usage and multiply the packages") {
  struct Case {
    std::string name;
    Rate price;
    std::string usage;
    std::string packages;
    std::int64_t amount = 0;
  };
  const Case cases[] = {
      {"car rental", packages("1000", 60), "150", "3", 3'000},
      {"LLM guide", packages("4", 100), "3000", "30", 120},
      {"voice engine", packages("8", 60), "9892", "165", 1'320},
      {"a fraction opens a package", packages("100", 1000), "0.000000000001", "1", 100},
      {"exactly full", packages("100", 1000), "1000", "1", 100},
      {"one over", packages("100", 1000), "1000.5", "2", 200},
      {"down drops the open one", packages("100", 1000, PackageRounding::down), "1999.9", "1", 100},
      {"before the change of price", packages("10", 100), "1000", "10", 100},
      {"after the change of price", packages("15", 100), "500", "5", 75},
      {"100 GB", packages("1000", 10), "100", "10", 10'000},
      {"150 GB", packages("1000", 10), "150", "15", 15'000},
      {"both at once", packages("1000", 10), "250", "25", 25'000},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const std::vector<RatedLine> lines = rate(c.price, number(c.usage));
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].kind == LineKind::package);
    CHECK(lines[0].quantity == number(c.usage));
    CHECK(lines[0].units == number(c.packages));
    CHECK(lines[0].amount == c.amount);
  }
}

TEST_CASE("fractions of units fall into tiers without a gap") {
  const std::vector<RatedLine> split = rate(hypernian_graduated(), number("100000.5"));
  REQUIRE(split.size() == 2);
  CHECK(split[0].quantity.text() == "100000");
  CHECK(split[1].quantity.text() == "0.5");
  CHECK(rate(hypernian_volume(), number("100000.5")).at(0).tier == 2);
  CHECK(rate(hypernian_volume(), number("100000")).at(0).tier == 1);
}

TEST_CASE("negative usage bills as none") {
  CHECK(charge(per_unit("10"), "-7") == 0);
  CHECK(rate(per_unit("10"), number("-7")).at(0).quantity.is_zero());
  CHECK(charge(graduated(documented_flat_tiers()), "-1") == 1'000);
}

TEST_CASE("thresholds compare the volume price of all usage with what was billed") {
  const Rate price = volume({tier("10000", "50"), tier("inf", "40")});
  CHECK(charge(price, "10000") == 500'000);
  CHECK(charge(price, "10001") - 500'000 == -99'960);
  CHECK(charge(price, "12500") - 500'000 == 0);
  CHECK(charge(price, "25000") - 500'000 == 500'000);
}

TEST_CASE("amounts that cannot be are refused, and tiers that break the rules are our bug") {
  CHECK_THROWS_AS((void)charge(per_unit("99999999"), "99999999999999999999"), OutOfRange);
  CHECK_THROWS_AS((void)rate(graduated({tier("5", "1")}), number("1")), Bug);
  CHECK_THROWS_AS(
      (void)rate(graduated({tier("5", "1"), tier("5", "1"), tier("inf", "1")}), number("9")), Bug);
  CHECK_THROWS_AS((void)rate(Rate{}, number("1")), Bug);
}

namespace {

Decimal random_quantity(std::mt19937_64& engine) {
  const auto whole = static_cast<std::int64_t>(engine() % 1'000'000);
  const auto fraction = engine() % 2 == 0 ? 0 : static_cast<std::int64_t>(engine() % 1'000'000);
  return Decimal::from_scaled(Decimal::from_integer(whole).scaled() + Int128{fraction} * 1'000'000);
}

Rate random_tiers(std::mt19937_64& engine, TiersMode mode) {
  Rate price = mode == TiersMode::graduated ? graduated({}) : volume({});
  Decimal bound;
  for (std::uint64_t i = engine() % 6; i > 0; --i) {
    bound += Decimal::from_integer(1 + static_cast<std::int64_t>(engine() % 200'000));
    price.tiers.push_back({.up_to = bound, .unit_amount = {}, .flat_amount = {}});
  }
  price.tiers.push_back({.up_to = {}, .unit_amount = {}, .flat_amount = {}});
  for (Tier& each : price.tiers) {
    const auto amount = static_cast<std::int64_t>(engine() % 1'000'000);
    each.unit_amount = Decimal::from_scaled(Int128{amount} * 1'000'000'000);
    if (engine() % 3 == 0) each.flat_amount = Decimal::from_integer(amount % 1000);
  }
  return price;
}

}  // namespace

TEST_CASE("laws of tiers: every unit is billed in exactly one tier, lines sum to the total") {
  std::mt19937_64 engine(4);
  for (int round = 0; round < 5'000; ++round) {
    const Decimal quantity = random_quantity(engine);
    CAPTURE(quantity.text());
    for (const TiersMode mode : {TiersMode::graduated, TiersMode::volume}) {
      const Rate price = random_tiers(engine, mode);
      Decimal units;
      std::int64_t sum = 0;
      int tier_before = 0;
      for (const RatedLine& line : rate(price, quantity)) {
        sum += line.amount;
        units += line.quantity;
        REQUIRE(line.tier >= tier_before);
        tier_before = line.tier;
        REQUIRE(line.amount ==
                round_product(line.units, line.unit_amount, Rounding::half_away_from_zero));
      }
      REQUIRE(units == quantity);
      REQUIRE(sum == total_of(rate(price, quantity)));
    }
  }
}

TEST_CASE("laws of growth: neither graduated prices nor packages shrink with usage") {
  std::mt19937_64 engine(5);
  for (int round = 0; round < 5'000; ++round) {
    const Decimal less = random_quantity(engine);
    const Decimal more = less + random_quantity(engine);
    CAPTURE(less.text());
    CAPTURE(more.text());
    const Rate tiers = random_tiers(engine, TiersMode::graduated);
    REQUIRE(total_of(rate(tiers, less)) <= total_of(rate(tiers, more)));
    const auto divide_by = 1 + static_cast<std::int64_t>(engine() % 1'000);
    const Rate up = packages("3.7", divide_by);
    const Rate down = packages("3.7", divide_by, PackageRounding::down);
    REQUIRE(total_of(rate(up, less)) <= total_of(rate(up, more)));
    REQUIRE(total_of(rate(down, less)) <= total_of(rate(up, less)));
    // One package at most lies between the two roundings.
    REQUIRE(rate(up, less).at(0).units - rate(down, less).at(0).units <= Decimal::from_integer(1));
  }
}
