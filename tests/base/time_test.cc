#include "base/time.h"

#include <optional>
#include <string>

#include <doctest/doctest.h>

using namespace okapi;

TEST_CASE("months are added from the anchor, clipped to the last day, keeping the time of day") {
  struct Case {
    std::string anchor;
    int months = 0;
    std::string expected;
  };
  const Case cases[] = {
      {"2026-01-31T10:00:00Z", 1, "2026-02-28T10:00:00.000Z"},
      {"2026-01-31T10:00:00Z", 2, "2026-03-31T10:00:00.000Z"},
      {"2028-01-31T00:00:00Z", 1, "2028-02-29T00:00:00.000Z"},
      {"2028-02-29T23:59:59Z", 12, "2029-02-28T23:59:59.000Z"},
      {"2028-02-29T00:00:00Z", 48, "2032-02-29T00:00:00.000Z"},
      {"2026-12-15T00:00:00Z", 1, "2027-01-15T00:00:00.000Z"},
      {"2026-03-31T00:00:00Z", -1, "2026-02-28T00:00:00.000Z"},
      {"2026-01-31T00:00:00Z", -2, "2025-11-30T00:00:00.000Z"},
      {"2026-01-15T00:00:00Z", -13, "2024-12-15T00:00:00.000Z"},
      {"1970-01-01T00:00:00Z", -1, "1969-12-01T00:00:00.000Z"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.anchor);
    CAPTURE(c.months);
    CHECK(to_rfc3339(add_months(*parse_time(c.anchor), c.months)) == c.expected);
  }
}

TEST_CASE("every day of eight centuries survives the way through the calendar") {
  int last_month = 12;
  int days = 0;
  const Seconds end = from_civil({.year = 2400});
  for (Seconds at = from_civil({.year = 1600}); at < end; at += day, ++days) {
    const Civil civil = to_civil(at + 45'296);  // 12:34:56
    REQUIRE(civil.hour == 12);
    REQUIRE(civil.minute == 34);
    REQUIRE(civil.second == 56);
    REQUIRE(from_civil(civil) == at + 45'296);
    REQUIRE(civil.day <= days_in_month(civil.year, civil.month));
    REQUIRE((civil.day != 1 || civil.month == last_month % 12 + 1));
    last_month = civil.month;
  }
  CHECK(days == 292'194);  // 800 years with 194 leap days
}

TEST_CASE("times are read as RFC 3339 or unix seconds") {
  struct Case {
    std::string text;
    std::optional<Seconds> at = {};
  };
  const Case cases[] = {
      {"0", 0},
      {"1727740800", 1'727'740'800},
      {"2024-10-01", 1'727'740'800},
      {"2024-10-01T00:00:00Z", 1'727'740'800},
      {"2024-10-01t00:00:00z", 1'727'740'800},
      {"2024-10-01 00:00:00Z", 1'727'740'800},
      {"2024-10-01T02:00:00+02:00", 1'727'740'800},
      {"2024-09-30T18:30:00-05:30", 1'727'740'800},
      {"2024-09-30T18:30:00-0530", 1'727'740'800},
      {"2024-10-01T00:00:00.999Z", 1'727'740'800},
      {"2025-10-01T17:52:59Z", 1'759'341'179},
      {"-3600", -3600},
      {"9999-12-31", 253'402'214'400},
      {"", {}},
      {"tomorrow", {}},
      {"2024-13-01", {}},
      {"2024-00-10", {}},
      {"2023-02-29", {}},
      {"2024-02-30", {}},
      {"2024-10-1", {}},
      {"2024-10-01T", {}},
      {"2024-10-01T00:00", {}},
      {"2024-10-01T00:00:00", {}},
      {"2024-10-01T24:00:00Z", {}},
      {"2024-10-01T00:60:00Z", {}},
      {"2024-10-01T00:00:60Z", {}},
      {"2024-10-01T00:00:00.Z", {}},
      {"2024-10-01T00:00:00+25:00", {}},
      {"2024-10-01T00:00:00Zx", {}},
      {"1727740800.5", {}},
      {"99999999999999999999", {}},
      {"253402300800", {}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(parse_time(c.text) == c.at);
  }
}

TEST_CASE("spans are added term by term") {
  struct Case {
    std::string span;
    std::string expected;  // empty: refused
  };
  const Case cases[] = {
      {"90s", "2026-01-31T10:01:30.000Z"},
      {"5m", "2026-01-31T10:05:00.000Z"},
      {"2h", "2026-01-31T12:00:00.000Z"},
      {"1d", "2026-02-01T10:00:00.000Z"},
      {"1w", "2026-02-07T10:00:00.000Z"},
      {"1mo", "2026-02-28T10:00:00.000Z"},
      {"1y", "2027-01-31T10:00:00.000Z"},
      {"1mo2h", "2026-02-28T12:00:00.000Z"},
      {"0s", "2026-01-31T10:00:00.000Z"},
      {"", ""},
      {"1", ""},
      {"mo", ""},
      {"-1d", ""},
      {"1x", ""},
      {"1d ", ""},
      {"1d 2h", ""},
      {"9999y", ""},
      {"99999999999999999999d", ""},
  };
  const Seconds from = *parse_time("2026-01-31T10:00:00Z");
  for (const Case& c : cases) {
    CAPTURE(c.span);
    const std::optional<Seconds> at = add_span(from, c.span);
    CHECK((at ? to_rfc3339(*at) : "") == c.expected);
  }
}

TEST_CASE("days are written as in proration texts") {
  CHECK(to_day_text(1'762'799'411) == "10 Nov 2025");
  CHECK(to_day_text(*parse_time("2026-01-02T23:59:59Z")) == "02 Jan 2026");
}
