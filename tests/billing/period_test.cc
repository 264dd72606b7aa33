#include "billing/period.h"

#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace okapi;
using namespace okapi::billing;

TEST_CASE("periods end at the anchor plus n intervals, never at the last end plus one") {
  struct Case {
    std::string anchor;
    Recurrence recurrence = {};
    std::vector<std::string> ends;
  };
  const Case cases[] = {
      {"2026-01-31T10:00:00Z",
       {},
       {"2026-02-28T10:00:00Z", "2026-03-31T10:00:00Z", "2026-04-30T10:00:00Z",
        "2026-05-31T10:00:00Z"}},
      {"2028-01-31", {}, {"2028-02-29", "2028-03-31"}},
      {"2025-11-30", {Interval::month, 3}, {"2026-02-28", "2026-05-30", "2026-08-30"}},
      {"2028-02-29", {Interval::year, 1}, {"2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"}},
      {"2026-02-28", {}, {"2026-03-28", "2026-04-28"}},
      {"2026-03-28T01:30:00Z", {Interval::week, 1}, {"2026-04-04T01:30:00Z"}},
      {"2026-03-28T01:30:00Z", {Interval::day, 1}, {"2026-03-29T01:30:00Z"}},
      {"2026-01-01", {Interval::day, 90}, {"2026-04-01", "2026-06-30"}},
      {"2024-10-01", {}, {"2024-11-01", "2024-12-01", "2025-01-01"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.anchor);
    const Seconds anchor = *parse_time(c.anchor);
    Seconds start = anchor;
    int n = 0;
    for (const std::string& text : c.ends) {
      CAPTURE(text);
      const Seconds end = *parse_time(text);
      CHECK(boundary(anchor, c.recurrence, ++n) == end);
      CHECK(period_at(anchor, c.recurrence, start) == Period{start, end});
      CHECK(period_at(anchor, c.recurrence, end - 1) == Period{start, end});
      start = end;
    }
  }
}

TEST_CASE("an anchor in the future gives the period that ends there") {
  const Seconds anchor = *parse_time("2026-03-31");
  const Period period = period_at(anchor, {}, *parse_time("2026-03-15"));
  CHECK(period.start == *parse_time("2026-02-28"));
  CHECK(period.end == anchor);
  CHECK(period_at(anchor, {}, anchor).start == anchor);
  const Period before = period_at(anchor, {Interval::week, 2}, anchor - 1);
  CHECK(before.end == anchor);
  CHECK(before.start == anchor - 14 * day);
}

TEST_CASE("every moment lies in exactly one period, and periods meet") {
  std::mt19937_64 engine(6);
  constexpr Interval intervals[] = {Interval::day, Interval::week, Interval::month, Interval::year};
  for (int round = 0; round < 20'000; ++round) {
    const auto anchor = static_cast<Seconds>(engine() % 4'000'000'000);
    const auto at = static_cast<Seconds>(engine() % 4'000'000'000);
    const Recurrence recurrence{intervals[engine() % 4], 1 + static_cast<int>(engine() % 36)};
    CAPTURE(anchor);
    CAPTURE(at);
    const Period period = period_at(anchor, recurrence, at);
    REQUIRE(period.start <= at);
    REQUIRE(at < period.end);
    REQUIRE(period_at(anchor, recurrence, period.end).start == period.end);
    REQUIRE(period_at(anchor, recurrence, period.start - 1).end == period.start);
  }
}
