// Anchors, intervals and boundaries (subscriptions-invoices 2.5): period n ends at anchor + n x
// interval, computed from the anchor, never from the last end.
#pragma once

#include "base/time.h"

namespace okapi::billing {

enum class Interval { day, week, month, year };

struct Recurrence {
  Interval interval = Interval::month;
  int interval_count = 1;
  friend bool operator==(const Recurrence&, const Recurrence&) = default;
};

struct Period {
  Seconds start = 0;
  Seconds end = 0;  // exclusive
  friend bool operator==(const Period&, const Period&) = default;
};

// anchor + n intervals.
[[nodiscard]] Seconds boundary(Seconds anchor, Recurrence recurrence, int n);
// The period that holds `at` (start <= at < end). The anchor may lie before or after `at`.
[[nodiscard]] Period period_at(Seconds anchor, Recurrence recurrence, Seconds at);

}  // namespace okapi::billing
