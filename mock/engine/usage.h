// The usage that an item owes for a period, and what was billed of it before the period's end
// (billing thresholds, usage-billing 3.5).
#pragma once

#include <cstdint>
#include <string>

#include "engine/metering.h"
#include "engine/terms.h"

namespace okapi::engine {

struct OwedUsage {
  std::int64_t events = 0;
  Decimal aggregate;               // what the meter says
  Decimal left_out;                // billed in an earlier period that a threshold cut short
  Decimal quantity;                // aggregate - left_out, at least 0
  std::int64_t billed_amount = 0;  // by threshold invoices of this very period
};
[[nodiscard]] OwedUsage owed_usage(const store::Transaction& tx, std::string_view customer,
                                   std::string_view item, const PriceTerms& price,
                                   billing::Period period);

// Kept per item and period start, in an internal document: "okapi.billed_usage".
struct BilledUsage {
  std::int64_t amount = 0;  // already invoiced
  Decimal quantity;         // usage when it was
  Decimal left_out;
};
[[nodiscard]] BilledUsage billed_usage(const store::Transaction& tx, std::string_view item,
                                       Seconds period_start);
void record_billed_usage(store::Transaction& tx, std::string_view item, Seconds period_start,
                         const BilledUsage& billed);

}  // namespace okapi::engine
