// Time in unix seconds, UTC, and the calendar that billing periods need. The one place that reads
// the wall clock is wall_clock(); everything else gets its time as an argument.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace okapi {

using Seconds = std::int64_t;

constexpr Seconds minute = 60;
constexpr Seconds hour = 3600;
constexpr Seconds day = 86400;

struct Civil {
  int year = 1970;
  int month = 1;  // 1..12
  int day = 1;    // 1..31
  int hour = 0;
  int minute = 0;
  int second = 0;
};

[[nodiscard]] Civil to_civil(Seconds at);
[[nodiscard]] Seconds from_civil(const Civil& civil);
[[nodiscard]] int days_in_month(int year, int month);
// `months` after `anchor`, the day clipped to the last of the month, the time of day kept:
// 2026-01-31 10:00 plus 1 is 2026-02-28 10:00, plus 2 is 2026-03-31 10:00.
[[nodiscard]] Seconds add_months(Seconds anchor, int months);

// "2026-10-28T12:00:00.000Z" (v2) and "10 Nov 2025" (proration texts).
[[nodiscard]] std::string to_rfc3339(Seconds at);
[[nodiscard]] std::string to_day_text(Seconds at);
// RFC 3339 ("2024-10-01", "2024-10-01T00:00:00Z", with offset or fraction) or unix seconds.
[[nodiscard]] std::optional<Seconds> parse_time(std::string_view text);
// "90s", "2h", "1d", "1w", "1mo", "1y", and sums such as "1mo2h": the time that much after `from`.
[[nodiscard]] std::optional<Seconds> add_span(Seconds from, std::string_view span);

[[nodiscard]] Seconds wall_clock();
// Monotonic, for measuring how long a request took.
[[nodiscard]] std::int64_t monotonic_microseconds();

}  // namespace okapi
