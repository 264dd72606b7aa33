// Usage: meter events to what a price bills for a window (usage-billing 2).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/error.h"
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

struct UsageSpan {
  Seconds start = 0;
  Seconds end = 0;    // exclusive
  Seconds width = 0;  // of a bucket
};
// The same for each step of `width` seconds, counted from the epoch, that has events; newest first.
struct UsageBucket {
  Seconds start = 0;
  Decimal usage;
};
[[nodiscard]] std::vector<UsageBucket> usage_buckets(const store::Transaction& tx,
                                                     const Json& meter, std::string_view customer,
                                                     const UsageSpan& span);

// One usage report, of any of the four doors: v1, v2, session stream, dashboard.
struct UsageReport {
  std::string event_name;
  Json payload;            // object of strings
  std::string identifier;  // empty: generated
  std::optional<Seconds> timestamp;
};
// Of the checked parameters; all doors name them alike.
[[nodiscard]] UsageReport read_usage_report(const Json& params);
struct AcceptedUsage {
  std::string meter;
  std::string customer;
  std::string identifier;
  Seconds created = 0;
  Seconds timestamp = 0;
};
struct UsageRefusal {
  std::string code;     // of an asynchronous error report; empty: Stripe drops it without a word
  std::string message;  // of the same
  std::string meter;    // empty: no meter has this event name
  api::ApiError error;  // what a synchronous caller gets
};

// Checks in the order of usage-billing 2.2, counts at once, then looks at alerts and billing
// thresholds. The transaction's time is the customer's afterwards.
[[nodiscard]] std::variant<AcceptedUsage, UsageRefusal> try_report_usage(store::Transaction& tx,
                                                                         const UsageReport& report);
// The same for a synchronous caller: throws what refuses it.
AcceptedUsage report_usage(store::Transaction& tx, const UsageReport& report);
// Takes an event back (an adjustment); throws when there is no meter or no such recent event.
void cancel_usage(store::Transaction& tx, const std::string& event_name,
                  const std::string& identifier);

}  // namespace okapi::engine
