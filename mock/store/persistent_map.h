// An ordered map whose copies are cheap and independent: copying shares everything, writing to a copy
// leaves the others as they were. Snapshots, rollback and readers without a lock fall out of that.
//
// PLACEHOLDER of the same interface: copies the whole map on the first write after a copy.
#pragma once

#include <functional>
#include <map>
#include <memory>

namespace okapi::store {

template <typename Key, typename Value>
class PersistentMap {
 public:
  [[nodiscard]] std::size_t size() const { return map_ ? map_->size() : 0; }
  [[nodiscard]] bool empty() const { return size() == 0; }

  // Null when absent; stays valid until this map is written to.
  template <typename Probe>
  [[nodiscard]] const Value* find(const Probe& key) const {
    if (!map_) return nullptr;
    const auto found = map_->find(key);
    return found == map_->end() ? nullptr : &found->second;
  }
  void set(Key key, Value value) { own().insert_or_assign(std::move(key), std::move(value)); }
  template <typename Probe>
  bool erase(const Probe& key) {
    if (find(key) == nullptr) return false;
    auto& map = own();
    map.erase(map.find(key));
    return true;
  }

  // Visits entries in ascending (descending) order, from the first not before (after) `from`; the
  // visitor returns false to stop.
  template <typename Probe, typename Visitor>
  void ascend(const Probe& from, Visitor&& visit) const {
    if (!map_) return;
    for (auto at = map_->lower_bound(from); at != map_->end(); ++at) {
      if (!visit(at->first, at->second)) return;
    }
  }
  template <typename Probe, typename Visitor>
  void descend(const Probe& from, Visitor&& visit) const {
    if (!map_) return;
    for (auto at = map_->upper_bound(from); at != map_->begin();) {
      --at;
      if (!visit(at->first, at->second)) return;
    }
  }

 private:
  using Map = std::map<Key, Value, std::less<>>;
  Map& own() {
    map_ = map_ ? std::make_shared<Map>(*map_) : std::make_shared<Map>();
    return *map_;
  }
  std::shared_ptr<Map> map_;
};

}  // namespace okapi::store
