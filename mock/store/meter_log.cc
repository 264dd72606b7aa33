#include "store/meter_log.h"

#include <algorithm>
#include <set>

namespace okapi::store {

MeterLog::Rep& MeterLog::own() {
  rep_ = rep_ ? std::make_shared<Rep>(*rep_) : std::make_shared<Rep>();
  return *rep_;
}

std::optional<MeterEntry> MeterLog::find(std::string_view identifier, Seconds now) const {
  if (!rep_) return std::nullopt;
  for (const MeterEntry& entry : rep_->entries) {
    if (entry.identifier == identifier && entry.received_at > now - day) return entry;
  }
  return std::nullopt;
}

void MeterLog::append(MeterEntry entry) { own().entries.push_back(std::move(entry)); }

bool MeterLog::cancel(std::string_view identifier, Seconds now) {
  if (!find(identifier, now)) return false;
  std::erase_if(own().entries, [&](const MeterEntry& e) {
    return e.identifier == identifier && e.received_at > now - day;
  });
  return true;
}

std::vector<MeterPoint> MeterLog::points(std::string_view meter, std::string_view customer,
                                         Seconds start, Seconds end) const {
  std::vector<MeterPoint> found;
  if (!rep_) return found;
  for (const MeterEntry& entry : rep_->entries) {
    if (entry.meter != meter || entry.customer != customer) continue;
    if (entry.point.at >= start && entry.point.at < end) found.push_back(entry.point);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const MeterPoint& a, const MeterPoint& b) { return a.at < b.at; });
  return found;
}

WindowAggregate MeterLog::aggregate(std::string_view meter, std::string_view customer,
                                    Seconds start, Seconds end) const {
  WindowAggregate result;
  for (const MeterPoint& point : points(meter, customer, start, end)) {
    result.sum += point.value;
    ++result.count;
    result.last = point;
  }
  return result;
}

std::vector<std::string> MeterLog::customers(std::string_view meter) const {
  std::set<std::string> found;
  if (rep_) {
    for (const MeterEntry& entry : rep_->entries) {
      if (entry.meter == meter) found.insert(entry.customer);
    }
  }
  return {found.begin(), found.end()};
}

std::size_t MeterLog::size() const { return rep_ ? rep_->entries.size() : 0; }

void MeterLog::visit(const std::function<void(const MeterEntry&)>& visitor) const {
  if (!rep_) return;
  for (const MeterEntry& entry : rep_->entries) visitor(entry);
}

}  // namespace okapi::store
