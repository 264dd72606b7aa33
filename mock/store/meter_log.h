// Meter events as what they are to billing: points (time, value) in one series per meter and customer.
// Counted at once, deduplicated by identifier, cancelable; a window is summed without a scan of the
// events outside it. A MeterLog is a value: copies share, writing to one leaves the others (snapshots).
// Sources: usage-billing 2.2 to 2.5; performance 4.
//
// PLACEHOLDER of the same interface: plain vectors.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"

namespace okapi::store {

struct MeterPoint {
  Seconds at = 0;               // the event's own timestamp
  Decimal value;                // zero for a counting meter without a value
  std::uint64_t received = 0;   // number in order of arrival within the account
};

struct WindowAggregate {
  Decimal sum;
  std::int64_t count = 0;
  std::optional<MeterPoint> last;  // greatest timestamp; tie: last received
};

struct MeterEntry {
  std::string meter;
  std::string customer;
  std::string identifier;
  MeterPoint point;
  Seconds received_at = 0;  // by the customer's clock; identifiers are unique for 24 h from here
};

class MeterLog {
 public:
  // The entry that used this identifier for this meter's event name within 24 h before `now`.
  [[nodiscard]] std::optional<MeterEntry> find(std::string_view identifier, Seconds now) const;
  void append(MeterEntry entry);
  // Takes the event out again (an adjustment). False when it is not there.
  bool cancel(std::string_view identifier, Seconds now);

  // start <= at < end.
  [[nodiscard]] WindowAggregate aggregate(std::string_view meter, std::string_view customer,
                                          Seconds start, Seconds end) const;
  // The points themselves in time order, for meters with an event_time_window and for explanations.
  [[nodiscard]] std::vector<MeterPoint> points(std::string_view meter, std::string_view customer,
                                               Seconds start, Seconds end) const;
  // Customers with at least one event on the meter.
  [[nodiscard]] std::vector<std::string> customers(std::string_view meter) const;
  [[nodiscard]] std::size_t size() const;
  // Every entry, in order of arrival, for snapshot files.
  void visit(const std::function<void(const MeterEntry&)>& visitor) const;

 private:
  struct Rep {
    std::vector<MeterEntry> entries;
  };
  Rep& own();
  std::shared_ptr<Rep> rep_;
};

}  // namespace okapi::store
