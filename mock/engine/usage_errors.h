// What the meter event stream could not count: kept one by one for people, and reported as Stripe
// does, in thin events grouped by meter and code (usage-billing 2.7).
#pragma once

#include <string>
#include <vector>

#include "engine/metering.h"

namespace okapi::engine {

struct RejectedUsage {
  UsageReport report;  // with an identifier, generated or not
  UsageRefusal refusal;
};

// Writes a document of kind okapi.rejected_usage for each, and a v2.core.event for each meter:
// v1.billing.meter.error_report_triggered, or v1.billing.meter.no_meter_found without one.
void keep_rejected_usage(store::Transaction& tx, const std::vector<RejectedUsage>& rejected);

}  // namespace okapi::engine
