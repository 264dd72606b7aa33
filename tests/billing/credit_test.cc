#include "billing/credit.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/billing/prices.h"

using namespace okapi;
using namespace okapi::billing;
using namespace okapi::billing::test;

namespace {

constexpr Seconds end_of_period = 1'730'419'200;
constexpr Seconds finalized = end_of_period + hour;

Grant grant(const std::string& id, std::int64_t balance) {
  Grant made;
  made.id = id;
  made.currency = "usd";
  made.balance = balance;
  return made;
}

std::vector<Burn> burn(const std::vector<Grant>& grants, const std::vector<CreditLine>& lines) {
  return burn_down(grants, lines, "usd", end_of_period, finalized);
}

std::int64_t burnt(const std::vector<Burn>& burns) {
  std::int64_t sum = 0;
  for (const Burn& each : burns) sum += each.amount;
  return sum;
}

// "C:L1:600 …", as the brief's tables say it.
std::string text_of(const std::vector<Burn>& burns) {
  std::string text;
  for (const Burn& each : burns) {
    if (!text.empty()) text += ' ';
    text += each.grant + ':' + each.line + ':' + std::to_string(each.amount);
  }
  return text;
}

}  // namespace

TEST_CASE("credits of Hypernian burn down over three months") {
  Grant prepaid = grant("prepaid", 12'000'000);
  prepaid.expires_at = 1'759'341'179;
  struct Month {
    std::string usage;
    Seconds period_end = 0;
    std::int64_t applied = 0;
    std::int64_t total = 0;
    std::int64_t ledger = 0;
  };
  const Month months[] = {
      {"45000000", 1'730'419'200, 4'490'000, 20'000, 7'510'000},
      {"60000000", 1'733'011'200, 5'990'000, 20'000, 1'520'000},
      {"30000003", 1'735'689'600, 1'520'000, 1'490'000, 0},
  };
  for (const Month& month : months) {
    CAPTURE(month.usage);
    const std::vector<RatedLine> rated = rate(hypernian_graduated(), number(month.usage));
    std::vector<CreditLine> lines;
    for (const RatedLine& line : rated) {
      lines.push_back({.id = std::to_string(line.tier), .price = "g", .amount = line.amount});
    }
    const std::vector<Burn> burns =
        burn_down({prepaid}, lines, "usd", month.period_end, month.period_end + hour);
    REQUIRE(burns.size() == 1);
    CHECK(burns[0].line == "2");  // tier 1 costs nothing and gets no debit
    CHECK(burns[0].amount == month.applied);
    CHECK(total_of(rated) + 20'000 - burnt(burns) == month.total);
    prepaid.balance -= burnt(burns);
    CHECK(prepaid.balance == month.ledger);
  }
}

TEST_CASE("grants pay by priority, expiry, category, effective_at and created; lines in order") {
  Grant a = grant("A", 1500);
  a.expires_at = finalized + 90 * day;
  Grant b = grant("B", 400);
  b.expires_at = a.expires_at;
  b.promotional = true;
  Grant c = grant("C", 600);
  c.priority = 10;
  Grant d = grant("D", 9999);
  d.promotional = true;
  Grant e = grant("E", 5000);
  e.currency = "eur";
  const std::vector<CreditLine> lines = {{.id = "L1", .price = "p", .amount = 1000},
                                         {.id = "L2", .price = "p", .amount = 2500}};
  const std::vector<Burn> burns = burn({e, d, a, c, b}, lines);
  CHECK(text_of(burns) == "C:L1:600 B:L1:400 A:L2:1500 D:L2:1000");
  CHECK(23'500 - burnt(burns) == 20'000);
  CHECK(d.balance - burns.back().amount == 8999);
}

TEST_CASE("ties are broken one after the other") {
  struct Case {
    std::string name;
    Grant first;
    Grant second;
  };
  const auto with = [](auto change) {
    Grant made = grant("", 1);
    made.effective_at = 100;
    made.created = 100;
    made.sequence = 5;
    change(made);
    return made;
  };
  const Grant plain = with([](Grant&) {});
  const Case cases[] = {
      {"priority 0 is first", with([](Grant& g) { g.priority = 0; }), plain},
      {"priority beats expiry", with([](Grant& g) { g.priority = 49; }),
       with([](Grant& g) { g.expires_at = finalized + 1; })},
      {"an expiry beats none", with([](Grant& g) { g.expires_at = finalized + 900 * day; }), plain},
      {"promotional before paid", with([](Grant& g) { g.promotional = true; }), plain},
      {"earlier effective_at", with([](Grant& g) { g.effective_at = 99; }), plain},
      {"earlier created", with([](Grant& g) { g.created = 99; }), plain},
      {"earlier sequence", with([](Grant& g) { g.sequence = 4; }), plain},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Grant first = c.first;
    Grant second = c.second;
    first.id = "first";
    second.id = "second";
    CHECK(in_paying_order({second, first}).front().id == "first");
    CHECK(in_paying_order({first, second}).front().id == "first");
  }
}

TEST_CASE("edges of expiry, effect, scope and balance") {
  struct Case {
    std::string name;
    Grant grant;
    std::int64_t applied = 0;
  };
  const auto with = [](auto change) {
    Grant made = grant("g", 5000);
    change(made);
    return made;
  };
  const Case cases[] = {
      {"plain", with([](Grant&) {}), 1600},
      {"expires at the period's end", with([](Grant& g) { g.expires_at = end_of_period; }), 0},
      {"expires before finalization", with([](Grant& g) { g.expires_at = end_of_period + 1; }), 0},
      {"expires as it is finalized", with([](Grant& g) { g.expires_at = finalized; }), 0},
      {"expires a second later", with([](Grant& g) { g.expires_at = finalized + 1; }), 1600},
      {"effective at the period's end", with([](Grant& g) { g.effective_at = end_of_period; }),
       1600},
      {"effective a second later", with([](Grant& g) { g.effective_at = end_of_period + 1; }), 0},
      {"one price only", with([](Grant& g) { g.prices = {"P1"}; }), 700},
      {"another price", with([](Grant& g) { g.prices = {"P9"}; }), 0},
      {"both prices", with([](Grant& g) {
         g.prices = {"P2", "P1"};
       }),
       1600},
      {"voided", with([](Grant& g) { g.voided = true; }), 0},
      {"nothing left", with([](Grant& g) { g.balance = 0; }), 0},
      {"less than needed", with([](Grant& g) { g.balance = 1000; }), 1000},
      {"other currency", with([](Grant& g) { g.currency = "eur"; }), 0},
  };
  const std::vector<CreditLine> lines = {{.id = "L1", .price = "P1", .amount = 700},
                                         {.id = "L2", .price = "P2", .amount = 900}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(burnt(burn({c.grant}, lines)) == c.applied);
  }
}

TEST_CASE("credit lines of nothing, and of less than nothing, get no debit") {
  CHECK(burn({grant("g", 100)}, {{.id = "L", .price = "p", .amount = 0}}).empty());
  CHECK(burn({grant("g", 100)}, {{.id = "L", .price = "p", .amount = -5}}).empty());
  CHECK(burn({}, {{.id = "L", .price = "p", .amount = 5}}).empty());
}

TEST_CASE("one grant pays the invoice that is finalized first") {
  Grant shared = grant("g", 1000);
  const std::int64_t first = burnt(burn({shared}, {{.id = "a", .price = "p", .amount = 800}}));
  shared.balance -= first;
  CHECK(first == 800);
  CHECK(burnt(burn({shared}, {{.id = "b", .price = "p", .amount = 700}})) == 200);
}
