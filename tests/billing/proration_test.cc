#include "billing/proration.h"

#include <string>

#include <doctest/doctest.h>

#include "tests/billing/prices.h"

using namespace okapi;
using namespace okapi::billing;
using namespace okapi::billing::test;

namespace {

constexpr Seconds january = 1'767'225'600;   // 2026-01-01
constexpr Seconds february = 1'769'904'000;  // 2026-02-01
constexpr Seconds recorded_tie = 1'792'606'838;
constexpr Period recorded{1'790'021'318, 1'792'613'318};
constexpr Period documented{1'596'749'288, 1'599'427'688};

}  // namespace

TEST_CASE("prorations to the cent: recorded, documented and computed") {
  struct Case {
    std::string name;
    Period period = {};
    Seconds at = 0;
    std::string quantity;
    std::string unit_amount;
    std::int64_t credit = 0;
    std::int64_t charge = 0;
  };
  const Case cases[] = {
      {"nothing has passed", {0, 100}, 0, "1", "1000", -1000, 1000},
      {"everything has passed", {0, 100}, 100, "1", "1000", 0, 0},
      {"year swap, unused",
       {1'762'799'407, 1'765'391'407},
       1'762'799'411,
       "1",
       "2500",
       -2500,
       2500},
      {"year swap, remaining",
       {1'762'799'407, 1'794'335'407},
       1'762'799'411,
       "1",
       "25000",
       -25'000,
       25'000},
      {"sample down", documented, 1'598'982'148, "1", "1000", -166, 166},
      {"sample up", documented, 1'598'982'148, "1", "3252", -541, 541},
      {"tie of 2.5: -3 and 2", recorded, recorded_tie, "1", "1000", -3, 2},
      {"tie of 4.5: -5 and 4", recorded, recorded_tie, "1", "1800", -5, 4},
      {"tie of 7.5: -8 and 7", recorded, recorded_tie, "3", "1000", -8, 7},
      {"two thirds gone, old", {0, 3}, 2, "1", "2000", -667, 667},
      {"two thirds gone, new", {0, 3}, 2, "1", "1000", -333, 333},
      {"$200 on 2026-01-11",
       {january, february},
       january + 10 * day,
       "1",
       "20000",
       -13'548,
       13'548},
      {"$500 on 2026-01-11",
       {january, february},
       january + 10 * day,
       "1",
       "50000",
       -33'871,
       33'871},
      {"$200 on 2026-01-20 07:30",
       {january, february},
       january + 19 * day + 27'000,
       "1",
       "20000",
       -7540,
       7540},
      {"$500 on 2026-01-20 07:30",
       {january, february},
       january + 19 * day + 27'000,
       "1",
       "50000",
       -18'851,
       18'851},
      {"quantity 3 at 1500", {january, february}, january + 10 * day, "3", "1500", -3048, 3048},
      {"quantity 5 at 1500", {january, february}, january + 10 * day, "5", "1500", -5081, 5081},
      {"yearly, left on 2026-03-01",
       {january, january + 365 * day},
       1'772'323'200,
       "1",
       "12000",
       -10'060,
       10'060},
      {"yearly, left on 2028-03-01",
       {1'830'297'600, 1'830'297'600 + 366 * day},
       1'835'481'600,
       "1",
       "12000",
       -10'033,
       10'033},
      {"decimals stay exact", {0, 400}, 399, "4", "250.000000000001", -3, 3},
      {"just under the tie", {0, 400}, 399, "1", "999.999999999999", -2, 2},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Change change{.period = c.period, .at = c.at};
    CHECK(unused_credit(change, number(c.quantity), number(c.unit_amount)) == c.credit);
    CHECK(remaining_charge(change, number(c.quantity), number(c.unit_amount)) == c.charge);
    const Decimal whole = number(c.unit_amount);
    if (c.quantity == "1" && whole.is_integer()) {
      CHECK(unused_credit(change, whole.truncated()) == c.credit);
      CHECK(remaining_charge(change, whole.truncated()) == c.charge);
    }
  }
}

TEST_CASE("lines are rounded, not the net of them") {
  const Change third{.period = {0, 3}, .at = 2};
  CHECK(unused_credit(third, 2000) + remaining_charge(third, 1000) == -334);  // the net is -333.33
  const Change upgrade{.period = {january, february}, .at = january + 10 * day};
  CHECK(unused_credit(upgrade, 20'000) + remaining_charge(upgrade, 50'000) == 20'323);
}

TEST_CASE("a credit mirrors the debit with its discounts") {
  const Change half{.period = {0, 2}, .at = 1};
  CHECK(unused_credit(half, 1000 - 166) == -417);
  CHECK(unused_credit(half, 1000 - 500) == -250);
}

TEST_CASE("a change outside its period is our bug") {
  CHECK_THROWS_AS((void)unused_credit({.period = {10, 20}, .at = 9}, 1), Bug);
  CHECK_THROWS_AS((void)unused_credit({.period = {10, 20}, .at = 21}, 1), Bug);
  CHECK_THROWS_AS((void)unused_credit({.period = {10, 10}, .at = 10}, 1), Bug);
}
