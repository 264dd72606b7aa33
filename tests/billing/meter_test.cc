#include "billing/meter.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/billing/prices.h"

using namespace okapi;
using namespace okapi::billing;
using namespace okapi::billing::test;

namespace {

struct Event {
  Seconds at = 0;
  std::string value;
};

// The events in order of arrival; the meter gets them in time order.
std::vector<Point> points_of(const std::vector<Event>& events) {
  std::vector<Point> points;
  std::uint64_t received = 0;
  for (const Event& event : events) {
    points.push_back({.at = event.at, .value = number(event.value), .received = ++received});
  }
  std::ranges::stable_sort(points, {}, &Point::at);
  return points;
}

}  // namespace

TEST_CASE("formulas over a window") {
  constexpr Seconds noon = 1'727'784'000;  // 2024-10-01 12:00
  struct Case {
    std::string name;
    std::vector<Event> events;
    EventTimeWindow window = EventTimeWindow::none;
    std::string sum;
    std::string count;
    std::string last;
  };
  const Case cases[] = {
      {"nothing", {}, EventTimeWindow::none, "0", "0", "0"},
      {"decimals and negatives",
       {{1, "25"}, {2, "40"}, {3, "-5"}, {4, "0.5"}},
       EventTimeWindow::none,
       "60.5",
       "4",
       "0.5"},
      {"below zero", {{1, "3"}, {2, "-10"}}, EventTimeWindow::none, "-7", "2", "-10"},
      {"the greatest timestamp is last",
       {{1, "10"}, {3, "7"}, {2, "99"}},
       EventTimeWindow::none,
       "116",
       "3",
       "7"},
      {"of one timestamp the last received",
       {{3, "10"}, {3, "7"}, {2, "99"}},
       EventTimeWindow::none,
       "116",
       "3",
       "7"},
      {"one event a day survives",
       {{noon - 7200, "5"}, {noon + 10'800, "8"}, {noon + day, "3"}},
       EventTimeWindow::day,
       "11",
       "2",
       "3"},
      {"the last received replaces, whatever its timestamp",
       {{noon + 10'800, "8"}, {noon - 7200, "5"}, {noon + day, "3"}},
       EventTimeWindow::day,
       "8",
       "2",
       "3"},
      {"hours begin on the hour",
       {{noon - 1, "1"}, {noon, "2"}, {noon + 3599, "4"}, {noon + 3600, "8"}},
       EventTimeWindow::hour,
       "13",
       "3",
       "8"},
      {"days before 1970",
       {{-1, "1"}, {0, "2"}, {-86'400, "4"}, {-86'401, "8"}},
       EventTimeWindow::day,
       "14",
       "3",
       "2"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const std::vector<Point> points = points_of(c.events);
    CHECK(aggregate(points, Formula::sum, c.window).text() == c.sum);
    CHECK(aggregate(points, Formula::count, c.window).text() == c.count);
    CHECK(aggregate(points, Formula::last, c.window).text() == c.last);
  }
}

TEST_CASE("fractional usage has a truncated quantity, negative usage none") {
  const std::vector<Point> fraction = points_of({{1, "25"}, {2, "40"}, {3, "-5"}, {4, "0.5"}});
  const Decimal usage = aggregate(fraction, Formula::sum, EventTimeWindow::none);
  CHECK(usage.truncated() == 60);
  CHECK(usage.text() == "60.5");
  const Decimal below = aggregate(points_of({{1, "-7"}}), Formula::sum, EventTimeWindow::none);
  CHECK(charge(per_unit("100"), below.text()) == 0);
}
