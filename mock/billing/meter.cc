#include "billing/meter.h"

#include <algorithm>
#include <vector>

#include "base/check.h"

namespace okapi::billing {
namespace {

Decimal apply(std::span<const Point> points, Formula formula) {
  switch (formula) {
    case Formula::sum: {
      Decimal sum;
      for (const Point& point : points) sum += point.value;
      return sum;
    }
    case Formula::count:
      return Decimal::from_integer(static_cast<std::int64_t>(points.size()));
    // Stripe: nothing is carried over from an earlier window (recording usage).
    case Formula::last:
      return points.empty() ? Decimal() : points.back().value;
    // Only usage records of before basil are summed up so.
    case Formula::max: {
      Decimal most;
      for (const Point& point : points) most = std::max(most, point.value);
      return most;
    }
  }
  OKAPI_UNREACHABLE();
}

// The number of the UTC hour or day, also before 1970.
Seconds bucket_of(Seconds at, Seconds width) { return at / width - (at % width < 0 ? 1 : 0); }

// Stripe: inside one UTC hour or day the most recently received event replaces the earlier ones
// (meters/configure), whatever their timestamps.
std::vector<Point> survivors(std::span<const Point> points, Seconds width) {
  std::vector<Point> kept;
  for (const Point& point : points) {
    if (kept.empty() || bucket_of(kept.back().at, width) != bucket_of(point.at, width)) {
      kept.push_back(point);
    } else if (point.received > kept.back().received) {
      kept.back() = point;
    }
  }
  return kept;
}

}  // namespace

Decimal aggregate(std::span<const Point> points, Formula formula, EventTimeWindow window) {
  switch (window) {
    case EventTimeWindow::none:
      return apply(points, formula);
    case EventTimeWindow::hour:
      return apply(survivors(points, hour), formula);
    case EventTimeWindow::day:
      return apply(survivors(points, day), formula);
  }
  OKAPI_UNREACHABLE();
}

}  // namespace okapi::billing
