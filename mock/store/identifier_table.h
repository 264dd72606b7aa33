// Which event used an identifier: 24 bytes a record, found by 96 bits of the identifier's
// fingerprint; the text is not kept. Buckets of at most 40 records in order of their fingerprints,
// shared between copies of the table until one of them writes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/time.h"
#include "store/fingerprint.h"
#include "store/persistent_map.h"

namespace okapi::store {

struct Sighting {
  std::uint32_t series = 0;    // below 2^26
  std::uint32_t received = 0;  // the last 32 bits of the event's arrival number
  Seconds received_at = 0;     // between the years 1900 and 9999
};

class IdentifierTable {
 public:
  [[nodiscard]] std::optional<Sighting> find(Fingerprint identifier) const;
  // Inserts, or overwrites what an identifier of long ago left.
  void set(Fingerprint identifier, const Sighting& sighting);
  bool erase(Fingerprint identifier);
  [[nodiscard]] std::size_t size() const { return size_; }
  void visit(const std::function<void(Fingerprint, const Sighting&)>& visitor) const;
  // What became of the table `before`: what was set since, and what was erased (null).
  void visit_changes(const IdentifierTable& before,
                     const std::function<void(Fingerprint, const Sighting*)>& visitor) const;

 private:
  struct Record {
    std::uint64_t high = 0;
    std::uint32_t low = 0;
    std::uint32_t received = 0;
    std::uint64_t series_and_time = 0;
    friend auto operator<=>(const Record&, const Record&) = default;
    [[nodiscard]] Fingerprint identifier() const { return {.high = high, .low = low}; }
  };
  struct Bucket {
    std::uint64_t lowest = 0;  // `high` of its range
    std::size_t count = 0;
    // An insert copies the bucket; of 1 KB with all that belongs to it, the allocator gives one
    // back in no time, while larger ones would scatter holes over the heap.
    std::array<Record, 40> records = {};
    // `all`: records of the whole table, to guess from.
    [[nodiscard]] std::size_t lower_bound(Fingerprint identifier, std::size_t all) const;
    [[nodiscard]] bool holds(std::size_t index, Fingerprint identifier) const;
  };
  [[nodiscard]] static Sighting sighting_of(const Record& record);
  [[nodiscard]] Bucket& own(Fingerprint identifier);
  void split(Bucket& left);
  void insert(Bucket& bucket, Fingerprint identifier, const Sighting& sighting);

  PersistentMap<std::uint64_t, std::shared_ptr<Bucket>> buckets_;  // by the lowest `high` they hold
  std::size_t size_ = 0;
};

}  // namespace okapi::store
