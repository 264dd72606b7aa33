// Meter events as what they are to billing: points (time, value) in one series per meter and
// customer. Counted at once, deduplicated by identifier, cancelable; a window is summed without a
// look at the events outside it, and inside it by chunks. A MeterLog is a value: copies share,
// writing to one leaves the others (snapshots, transactions) and copies only a chunk and a bucket.
// Sources: usage-billing 2.2 to 2.5; performance 4.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "store/fingerprint.h"
#include "store/identifier_table.h"
#include "store/meter_chunk.h"
#include "store/persistent_map.h"

namespace okapi::store {

struct WindowAggregate {
  Decimal sum;
  std::int64_t count = 0;
  std::optional<MeterPoint> last;  // greatest timestamp; tie: last received
};

struct MeterEntry {
  std::string meter;
  std::string customer;
  // Given to append() as text or, from a snapshot file, as its fingerprint; only that is kept and
  // given back. Both empty: the event cannot be told from a repetition, nor canceled.
  std::string identifier = {};
  Fingerprint fingerprint = {};
  MeterPoint point = {};
  Seconds received_at = 0;  // by the customer's clock; identifiers are unique for 24 h from here
};

// One step from a log to a later version of it.
struct MeterChange {
  enum class Kind {
    added,      // the event
    removed,    // the event: only its place counts
    seen,       // the identifier names the event with this arrival number from now on
    forgotten,  // the identifier
  };
  Kind kind = Kind::added;
  MeterEntry entry;  // identifiers as fingerprints
};

class MeterLog {
 public:
  // The entry that used this identifier within 24 h before `now`.
  [[nodiscard]] std::optional<MeterEntry> find(std::string_view identifier, Seconds now) const;
  void append(const MeterEntry& entry);
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
  [[nodiscard]] std::size_t size() const { return size_; }
  // Every entry for snapshot files, series by series in time order; appended to an empty log they
  // make an equal one. An identifier that was used again later has only its later entry.
  void visit(const std::function<void(const MeterEntry&)>& visitor) const;

  // The steps from `before`, an earlier version of this log (or an empty one); applied to its equal
  // in this order they make an equal of this log.
  void visit_changes(const MeterLog& before,
                     const std::function<void(const MeterChange&)>& visitor) const;
  // False when it does not go with what is there.
  [[nodiscard]] bool apply(const MeterChange& change);
  // Whether one can be a version of the other.
  [[nodiscard]] bool is_akin(const MeterLog& other) const;

 private:
  struct Series {
    std::string meter;
    std::string customer;
  };
  // The chunk holds the points from here to the next key; the first key of a series has the least
  // time there is.
  struct ChunkKey {
    std::uint32_t series = 0;
    Seconds at = 0;
    std::uint64_t received = 0;
    friend auto operator<=>(const ChunkKey&, const ChunkKey&) = default;
  };
  // What a window that covers the whole chunk needs of it.
  struct ChunkEntry {
    std::shared_ptr<MeterChunk> chunk = {};
    Decimal sum = {};
    std::size_t count = 0;
    Seconds first_at = 0;
    Seconds last_at = 0;
    std::uint64_t least_received = 0;  // bounds; a cancellation may leave them wide
    std::uint64_t most_received = 0;
  };
  // What a window needs of the chunks that lie in it whole.
  struct ChunkTotal {
    Decimal sum = {};
    std::int64_t count = 0;
    void add(const ChunkEntry& entry) { add({entry.sum, static_cast<std::int64_t>(entry.count)}); }
    void add(const ChunkTotal& other) {
      sum += other.sum;
      count += other.count;
    }
  };
  struct Place {
    ChunkKey key;
    std::size_t index = 0;
  };

  [[nodiscard]] static ChunkKey first_key(std::uint32_t series);
  [[nodiscard]] static ChunkEntry entry_of(MeterChunk chunk);
  [[nodiscard]] static std::shared_ptr<MeterChunk>& own(ChunkEntry& entry);
  [[nodiscard]] std::optional<std::uint32_t> find_series(std::string_view meter,
                                                         std::string_view customer) const;
  [[nodiscard]] std::uint32_t require_series(const std::string& meter, const std::string& customer);
  [[nodiscard]] std::optional<ChunkKey> key_at(const ChunkKey& from) const;
  [[nodiscard]] std::optional<Place> locate(const Sighting& sighting) const;
  [[nodiscard]] MeterEntry entry_at(const Place& place, const Sighting& sighting) const;
  [[nodiscard]] std::optional<Sighting> find_recent(Fingerprint identifier, Seconds now) const;
  void insert(std::uint32_t series, const MeterPoint& point);
  void insert_into(const ChunkKey& key, ChunkEntry& entry, const MeterPoint& point);
  [[nodiscard]] MeterPoint last_before(const ChunkKey& end) const;
  void make_room(const ChunkKey& key, ChunkEntry& entry, std::size_t index);
  void remove(const Place& place);
  struct PlacedPoint {
    ChunkKey at;
    MeterPoint point;
  };
  static void collect(std::uint32_t series, const ChunkEntry* entry,
                      std::vector<PlacedPoint>& points);
  template <typename Visitor>
  void each_chunk(std::uint32_t series, Seconds start, Seconds end, Visitor&& visit) const;

  PersistentMap<Fingerprint, std::uint32_t> series_of_;  // of meter and customer
  PersistentMap<std::uint32_t, std::shared_ptr<const Series>> series_;
  PersistentMap<ChunkKey, ChunkEntry, ChunkTotal> chunks_;
  IdentifierTable identifiers_;
  std::size_t size_ = 0;
};

}  // namespace okapi::store
