// Usage: meter events to what a price bills for a window (usage-billing 2).
#pragma once

#include <string_view>
#include <vector>

#include "billing/meter.h"
#include "store/account.h"

namespace okapi::engine {

// The aggregate of the meter for the customer over start <= at < end, by the meter's own formula
// and event_time_window. Not clamped: may be negative.
[[nodiscard]] Decimal usage_of(const store::Transaction& tx, const Json& meter,
                               std::string_view customer, Seconds start, Seconds end);
// The same with its working, for explanations and the thresholds.
struct UsageWindow {
  Decimal usage;
  std::int64_t events = 0;
};
[[nodiscard]] UsageWindow usage_window(const store::Transaction& tx, const Json& meter,
                                       std::string_view customer, Seconds start, Seconds end);

// One usage report, of any of the four doors (v1, v2, session stream, dashboard). Checks in the
// order of usage-billing 2.2; throws ApiError; counts at once; then alerts and billing thresholds
// are looked at.
struct UsageReport {
  std::string event_name;
  Json payload;            // object of strings
  std::string identifier;  // empty: generated
  std::optional<Seconds> timestamp;
};
struct AcceptedUsage {
  std::string meter;
  std::string customer;
  std::string identifier;
  Seconds created = 0;
  Seconds timestamp = 0;
};
AcceptedUsage report_usage(store::Transaction& tx, const UsageReport& report);

}  // namespace okapi::engine
