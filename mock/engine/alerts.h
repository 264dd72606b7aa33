// Usage alerts: an event when a customer's usage of a meter reaches a number (usage-billing 3.6).
#pragma once

#include "store/account.h"

namespace okapi::engine {

// After an accepted report. Fires each alert at most once per customer; what has fired is an
// internal document of kind billing.alert_triggered, the object of the event.
void check_alerts(store::Transaction& tx, const store::Document& meter,
                  const store::Document& customer);
// The alert may fire again for everybody.
void forget_triggered(store::Transaction& tx, const store::Document& alert);

}  // namespace okapi::engine
