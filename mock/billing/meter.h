// A meter's formula over the points of a window (usage-billing 2.3).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/decimal.h"
#include "base/time.h"

namespace okapi::billing {

enum class Formula { sum, count, last, max };
enum class EventTimeWindow { none, hour, day };

struct Point {
  Seconds at = 0;
  Decimal value;
  std::uint64_t received = 0;  // order of arrival
};

// `points` in time order (ties: order of arrival). With a time window the last received point of
// each UTC hour or day replaces the others before the formula runs. No point: 0.
[[nodiscard]] Decimal aggregate(std::span<const Point> points, Formula formula,
                                EventTimeWindow window);

}  // namespace okapi::billing
