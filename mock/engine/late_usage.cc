#include "engine/late_usage.h"

#include "api/dials.h"
#include "engine/alerts.h"
#include "engine/thresholds.h"

namespace okapi::engine {
namespace {

constexpr const char* kind = "okapi.late_usage";

void count(store::Transaction& tx, store::MeterEntry entry, bool on_test_clock) {
  entry.point.received = tx.next_number();
  tx.edit_meter_log().append(entry);
  // Stripe: alerts are not evaluated for the customers of test clocks.
  if (!on_test_clock) {
    check_alerts(tx, tx.find("billing.meter", entry.meter), tx.find("customer", entry.customer));
  }
  check_thresholds(tx, entry.meter, entry.customer);
}

}  // namespace

void take_usage(store::Transaction& tx, store::MeterEntry entry, bool on_test_clock) {
  const Seconds lag = api::dials_of(tx).meter_lag;
  if (lag == 0) return count(tx, std::move(entry), on_test_clock);
  tx.insert({{"object", kind},
             {"id", entry.identifier},
             {"at", entry.point.at},
             {"counts_at", tx.clock().now() + lag},
             {"customer", entry.customer},
             {"meter", entry.meter},
             {"on_test_clock", on_test_clock},
             {"received_at", entry.received_at},
             {"value", entry.point.value.text()}});
}

bool is_waiting(const store::Transaction& tx, std::string_view identifier) {
  return static_cast<bool>(tx.find(kind, identifier));
}

bool drop_waiting(store::Transaction& tx, std::string_view identifier) {
  const store::Document waiting = tx.find(kind, identifier);
  if (waiting) tx.erase(waiting);
  return static_cast<bool>(waiting);
}

void count_late_usage(store::Transaction& tx, const store::Document& waiting,
                      const api::Settings&) {
  tx.erase(waiting);
  count(tx,
        {.meter = text(*waiting, "meter"),
         .customer = text(*waiting, "customer"),
         .identifier = waiting.id(),
         .point = {.at = integer(*waiting, "at"), .value = decimal(*waiting, "value")},
         .received_at = integer(*waiting, "received_at")},
        boolean(*waiting, "on_test_clock"));
}

void late_usage_due(const Json& waiting, std::vector<store::Due>& due) {
  if (has(waiting, "_gave_up")) return;
  due.push_back({.at = integer(waiting, "counts_at"), .rank = 0, .action = "count", .clock = ""});
}

}  // namespace okapi::engine
