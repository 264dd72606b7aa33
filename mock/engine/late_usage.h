// Usage that was accepted and does not count yet (api/dials.h, meter_lag). Stripe aggregates meter
// events asynchronously: a summary asked for at once may lack them.
#pragma once

#include <string_view>
#include <vector>

#include "api/operation.h"
#include "store/account.h"

namespace okapi::engine {

// Counts at once, or when the lag of the account has passed.
void take_usage(store::Transaction& tx, store::MeterEntry entry, bool on_test_clock);
// An event of this identifier waits to be counted.
[[nodiscard]] bool is_waiting(const store::Transaction& tx, std::string_view identifier);
// Forgets it; false when none waits.
bool drop_waiting(store::Transaction& tx, std::string_view identifier);
// The step, and the due reader of what waits.
void count_late_usage(store::Transaction& tx, const store::Document& waiting,
                      const api::Settings& settings);
void late_usage_due(const Json& waiting, std::vector<store::Due>& due);

}  // namespace okapi::engine
