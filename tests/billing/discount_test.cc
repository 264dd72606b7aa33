#include "billing/discount.h"

#include <string>

#include <doctest/doctest.h>

#include "billing/tax.h"

namespace okapi::billing {
namespace {

Decimal percent(const std::string& text) { return *Decimal::parse(text); }

}  // namespace

TEST_CASE("percents are taken to the nearest cent, exact halves away from zero") {
  struct Case {
    std::string name;
    std::int64_t amount;
    std::string percent;
    std::int64_t off;
  };
  const Case cases[] = {{"nothing of nothing", 0, "10", 0},
                        {"a tenth (recorded)", 2500, "10", 250},
                        {"a half (recorded)", 1900, "50", 950},
                        {"10 % of 17400", 17400, "10", 1740},
                        {"10 % of 8700 (recorded)", 8700, "10", 870},
                        {"10 % of 7830, after the item's own (recorded)", 7830, "10", 783},
                        {"half a cent goes up", 5, "10", 1},
                        {"a third", 1000, "33.3333", 333},
                        {"all of it", 1999, "100", 1999}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(percent_of(c.amount, percent(c.percent)) == c.off);
  }
}

TEST_CASE("an amount off is shared in proportion, and the last line takes the rest") {
  struct Case {
    std::string name;
    std::int64_t off;
    std::vector<std::int64_t> left;
    std::vector<std::int64_t> shares;
  };
  const Case cases[] = {{"one line takes it all", 1000, {2500}, {1000}},
                        {"5 off 10 and 20 (docs)", 500, {1000, 2000}, {166, 334}},
                        {"never more than there is", 5000, {1000, 2000}, {1000, 2000}},
                        {"lines with nothing left take nothing", 100, {0, 300, 0}, {0, 100, 0}},
                        {"nothing to take from", 100, {0, 0}, {0, 0}},
                        {"three thirds", 100, {1, 1, 1}, {1, 1, 1}}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(shares_of(c.off, c.left) == c.shares);
  }
}

TEST_CASE("taxes are rounded line by line") {
  struct Case {
    std::string name;
    std::int64_t net;
    std::string rate;
    bool inclusive;
    std::int64_t tax;
  };
  const Case cases[] = {{"15 % on 0.43 (docs)", 43, "15", false, 6},
                        {"15 % on 4.84 (docs)", 484, "15", false, 73},
                        {"15 % inside 20.00 (docs)", 2000, "15", true, 261},
                        {"5 % on 30.00 (docs)", 3000, "5", false, 150},
                        {"7.95 % on 156.60 (recorded)", 15660, "7.95", false, 1245},
                        {"7.95 % on 70.47 (recorded)", 7047, "7.95", false, 560},
                        {"a credit is taxed, too", -484, "15", false, -73},
                        {"no tax on nothing", 0, "19", true, 0}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Decimal rate = percent(c.rate);
    CHECK((c.inclusive ? inclusive_tax(c.net, rate, rate) : exclusive_tax(c.net, rate)) == c.tax);
  }
}

}  // namespace okapi::billing
