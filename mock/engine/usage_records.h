// Usage records: how usage was reported before meters (basil removed them, usage-billing 3.7). A
// metered price without a meter has an internal one, whose events are counted for each item by
// itself; everything else about its usage is as with any meter.
#pragma once

#include <string>
#include <string_view>

#include "engine/terms.h"

namespace okapi::engine {

// How such a price sums up: sum, max, last_during_period, last_ever.
void keep_usage_meter(store::Transaction& tx, std::string_view price, const std::string& word);

// Where the usage of an item is counted.
struct UsageSource {
  store::Document meter;  // billing.meter, or the internal one of the price
  std::string series;     // whose events: the customer's, or the item's own
  bool since_ever = false;
};
[[nodiscard]] UsageSource usage_source(const store::Transaction& tx, const PriceTerms& price,
                                       std::string_view customer, std::string_view item);

struct UsageRecord {
  std::string item;
  std::int64_t quantity = 0;
  Seconds timestamp = 0;
  bool sets = false;  // takes the place of what was reported for the same second
};
// Counts it; gives the usage_record. Throws for an item whose price has a meter.
[[nodiscard]] Json report_usage_record(store::Transaction& tx, const UsageRecord& record);
// The usage of the item: of the running period, then of each invoice that billed some, newest
// first. Throws likewise.
[[nodiscard]] std::vector<Json> usage_record_summaries(const store::Transaction& tx,
                                                       const std::string& item);

}  // namespace okapi::engine
