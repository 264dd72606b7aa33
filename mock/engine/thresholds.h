// Billing thresholds: an invoice before the period ends because usage has cost, or counted, enough
// (usage-billing 3.5).
#pragma once

#include <string_view>

#include "api/operation.h"

namespace okapi::engine {

// After every accepted usage report and adjustment. Cheap where no subscription of the customer has
// a threshold. The invoice itself is a step that falls due at once: it stands when the next request
// comes.
void check_thresholds(store::Transaction& tx, std::string_view meter, std::string_view customer);

// The step: bills the open usage of every item of the subscription that crossed.
void bill_thresholds(store::Transaction& tx, const store::Document& subscription,
                     const api::Settings& settings);

}  // namespace okapi::engine
