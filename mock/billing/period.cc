#include "billing/period.h"

#include "base/check.h"

namespace okapi::billing {
namespace {

// Zero for intervals that the calendar measures.
Seconds seconds_in(Interval interval) {
  switch (interval) {
    case Interval::day:
      return day;
    case Interval::week:
      return 7 * day;
    case Interval::month:
      return 0;
    case Interval::year:
      return 0;
  }
  OKAPI_UNREACHABLE();
}

int months_in(const Recurrence& recurrence) {
  return recurrence.interval_count * (recurrence.interval == Interval::year ? 12 : 1);
}

// Off by at most one: the period that holds `at` if every one had its average length.
int near_index(Seconds anchor, const Recurrence& recurrence, Seconds at) {
  const Seconds step = seconds_in(recurrence.interval) * recurrence.interval_count;
  if (step > 0) return static_cast<int>((at - anchor) / step);
  const Civil from = to_civil(anchor);
  const Civil to = to_civil(at);
  return ((to.year - from.year) * 12 + to.month - from.month) / months_in(recurrence);
}

}  // namespace

Seconds boundary(Seconds anchor, Recurrence recurrence, int n) {
  OKAPI_CHECK(recurrence.interval_count >= 1);
  const Seconds step = seconds_in(recurrence.interval);
  if (step > 0) return anchor + step * recurrence.interval_count * n;
  return add_months(anchor, months_in(recurrence) * n);
}

Period period_at(Seconds anchor, Recurrence recurrence, Seconds at) {
  int n = near_index(anchor, recurrence, at);
  while (boundary(anchor, recurrence, n) > at) --n;
  while (boundary(anchor, recurrence, n + 1) <= at) ++n;
  return {.start = boundary(anchor, recurrence, n), .end = boundary(anchor, recurrence, n + 1)};
}

}  // namespace okapi::billing
