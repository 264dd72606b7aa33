// The descriptions that Stripe gives invoice lines (usage-billing 1.5, subscriptions-invoices 2.6):
// pure functions of what the line bills, in English as Stripe prints them.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "billing/period.h"
#include "billing/rate.h"

namespace okapi::billing {

// What a description says besides the numbers.
struct LineWords {
  std::string product;          // its name
  std::string unit_label = {};  // of the product; empty: none
  std::string currency = {};
  Recurrence recurrence = {};
  std::int64_t divide_by = 1;  // of a package price
};

// "50000 × Hypernian tokens (Tier 2 at $0.001 / month)".
[[nodiscard]] std::string line_text(const RatedLine& line, const LineWords& words);
// "month", "every 3 months".
[[nodiscard]] std::string interval_text(const Recurrence& recurrence);

// "Free trial for 1 user × Test Subscription".
[[nodiscard]] std::string free_trial_text(Decimal quantity, const LineWords& words);
// Classic billing: "Trial period for Test Subscription", "0 × Tokens (Free trial)" for metered.
[[nodiscard]] std::string classic_trial_text(const LineWords& words);
[[nodiscard]] std::string classic_metered_trial_text(Decimal quantity, const LineWords& words);

// "Unused time on 3 × Test Subscription after 10 Nov 2025"; a quantity of 1 is not shown.
[[nodiscard]] std::string unused_time_text(Decimal quantity, const LineWords& words, Seconds at);
[[nodiscard]] std::string remaining_time_text(Decimal quantity, const LineWords& words, Seconds at);

}  // namespace okapi::billing
