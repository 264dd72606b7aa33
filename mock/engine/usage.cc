#include "engine/usage.h"

#include <algorithm>

#include "engine/usage_records.h"

namespace okapi::engine {
namespace {

std::string record_id(std::string_view item, Seconds period_start) {
  return std::string(item) + ":" + std::to_string(period_start);
}

}  // namespace

OwedUsage owed_usage(const store::Transaction& tx, std::string_view customer, std::string_view item,
                     const PriceTerms& price, billing::Period period) {
  OwedUsage owed;
  const UsageSource source = usage_source(tx, price, customer, item);
  const UsageWindow window = usage_window(tx, *source.meter, source.series,
                                          source.since_ever ? 0 : period.start, period.end);
  const BilledUsage billed = billed_usage(tx, item, period.start);
  owed.events = window.events;
  owed.aggregate = window.usage;
  owed.left_out = billed.left_out;
  // Stripe: a negative aggregate bills as 0 (recording-usage-api).
  owed.quantity = std::max(Decimal(), window.usage - billed.left_out);
  owed.billed_amount = billed.amount;
  return owed;
}

BilledUsage billed_usage(const store::Transaction& tx, std::string_view item,
                         Seconds period_start) {
  const store::Document record = tx.find("okapi.billed_usage", record_id(item, period_start));
  if (!record) return {};
  return {.amount = integer(*record, "amount"),
          .quantity = decimal(*record, "quantity"),
          .left_out = decimal(*record, "left_out")};
}

void record_billed_usage(store::Transaction& tx, std::string_view item, Seconds period_start,
                         const BilledUsage& billed) {
  const std::string id = record_id(item, period_start);
  const Json record = {{"id", id},
                       {"object", "okapi.billed_usage"},
                       {"amount", billed.amount},
                       {"left_out", billed.left_out.text()},
                       {"quantity", billed.quantity.text()}};
  if (const store::Document old = tx.find("okapi.billed_usage", id)) {
    tx.update(old, [&](Json& edited) { edited = record; });
    return;
  }
  tx.insert(record);
}

}  // namespace okapi::engine
