#include "store/meter_log.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <limits>
#include <utility>

#include "base/check.h"

namespace okapi::store {
namespace {

// Stripe: identifiers are unique over a rolling window of 24 hours.
constexpr Seconds identifier_window = day;
// How far ahead of its arrival an event's own time may lie, and a little more.
constexpr Seconds furthest_ahead = hour;

constexpr Seconds least_time = std::numeric_limits<Seconds>::min();

}  // namespace

// --- chunks and their summaries

MeterLog::ChunkKey MeterLog::first_key(std::uint32_t series) {
  return {.series = series, .at = least_time, .received = 0};
}

MeterLog::ChunkEntry MeterLog::entry_of(MeterChunk chunk) {
  ChunkEntry entry{.sum = chunk.sum(0, chunk.size()),
                   .count = chunk.size(),
                   .first_at = chunk[0].at,
                   .last_at = chunk[chunk.size() - 1].at,
                   .least_received = chunk[0].received,
                   .most_received = chunk[0].received};
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    entry.least_received = std::min(entry.least_received, chunk[i].received);
    entry.most_received = std::max(entry.most_received, chunk[i].received);
  }
  entry.chunk = std::make_shared<MeterChunk>(std::move(chunk));
  return entry;
}

// The chunk of an entry that edit() gave, for writing.
std::shared_ptr<MeterChunk>& MeterLog::own(ChunkEntry& entry) {
  if (entry.chunk.use_count() != 1) {
    entry.chunk = std::make_shared<MeterChunk>(*entry.chunk);
  } else {
    // Whoever let go of the chunk last has finished reading it.
    std::atomic_thread_fence(std::memory_order_acquire);
  }
  return entry.chunk;
}

// The last chunk of the series that begins at or before `from`.
std::optional<MeterLog::ChunkKey> MeterLog::key_at(const ChunkKey& from) const {
  std::optional<ChunkKey> found;
  chunks_.descend(from, [&](const ChunkKey& key, const ChunkEntry&) {
    if (key.series == from.series) found = key;
    return false;
  });
  return found;
}

// The chunks with points in the window, in time order; the visitor returns false to stop.
template <typename Visitor>
void MeterLog::each_chunk(std::uint32_t series, Seconds start, Seconds end, Visitor&& visit) const {
  const ChunkKey from{.series = series, .at = start, .received = 0};
  chunks_.ascend(key_at(from).value_or(from), [&](const ChunkKey& key, const ChunkEntry& entry) {
    if (key.series != series || entry.first_at >= end) return false;
    return entry.last_at < start || visit(key, entry);
  });
}

// --- series

std::optional<std::uint32_t> MeterLog::find_series(std::string_view meter,
                                                   std::string_view customer) const {
  const std::uint32_t* series = series_of_.find(fingerprint(meter, customer));
  return series == nullptr ? std::nullopt : std::optional(*series);
}

std::uint32_t MeterLog::require_series(const std::string& meter, const std::string& customer) {
  if (const std::optional<std::uint32_t> known = find_series(meter, customer)) return *known;
  const auto number = static_cast<std::uint32_t>(series_.size());
  series_.set(number, std::make_shared<Series>(Series{.meter = meter, .customer = customer}));
  series_of_.set(fingerprint(meter, customer), number);
  return number;
}

// --- writing

void MeterLog::append(const MeterEntry& entry) {
  const std::uint32_t series = require_series(entry.meter, entry.customer);
  insert(series, entry.point);
  const Fingerprint identifier =
      entry.identifier.empty() ? entry.fingerprint : fingerprint(entry.identifier);
  if (identifier == Fingerprint{}) return;
  identifiers_.set(identifier, {.series = series,
                                .received = static_cast<std::uint32_t>(entry.point.received),
                                .received_at = entry.received_at});
}

void MeterLog::insert(std::uint32_t series, const MeterPoint& point) {
  ++size_;
  const ChunkKey at{.series = series, .at = point.at, .received = point.received};
  const auto [key, entry] = chunks_.edit_last(at);
  if (entry != nullptr && key->series == series) {
    insert_into(ChunkKey(*key), *entry, point);
  } else {
    chunks_.set(first_key(series), entry_of(MeterChunk(point)));
  }
}

void MeterLog::insert_into(const ChunkKey& key, ChunkEntry& entry, const MeterPoint& point) {
  const std::size_t index = entry.chunk->lower_bound(point.at, point.received);
  if (!entry.chunk->can_hold(point)) {
    // Points a lifetime apart: what comes after this one moves on, and it gets a chunk of its own.
    const ChunkKey own_key{.series = key.series, .at = point.at, .received = point.received};
    make_room(key, entry, index);
    chunks_.set(index == 0 ? key : own_key, entry_of(MeterChunk(point)));
    return;
  }
  if (entry.count == MeterChunk::capacity) {
    // Events mostly come in time order: a full chunk stays full, and the next one begins.
    const ChunkKey at{.series = key.series, .at = point.at, .received = point.received};
    if (index == MeterChunk::capacity) {
      chunks_.set(at, entry_of(MeterChunk(point)));
      return;
    }
    make_room(key, entry, MeterChunk::capacity / 2);
    const auto [half, its] = chunks_.edit_last(at);
    return insert_into(ChunkKey(*half), *its, point);
  }
  own(entry)->insert(index, point);
  entry.sum += point.value;
  ++entry.count;
  entry.first_at = std::min(entry.first_at, point.at);
  entry.last_at = std::max(entry.last_at, point.at);
  entry.least_received = std::min(entry.least_received, point.received);
  entry.most_received = std::max(entry.most_received, point.received);
  chunks_.refresh(key);
}

// Moves the points from `index` on to a chunk behind.
void MeterLog::make_room(const ChunkKey& key, ChunkEntry& entry, std::size_t index) {
  if (index == entry.chunk->size()) return;
  const MeterPoint first = (*entry.chunk)[index];
  const ChunkKey behind{.series = key.series, .at = first.at, .received = first.received};
  OKAPI_CHECK(key < behind);  // arrival numbers are unique
  if (index == 0) {
    ChunkEntry moved = entry;  // a copy: the next line takes the entry away
    chunks_.erase(key);
    chunks_.set(behind, std::move(moved));
    return;
  }
  MeterChunk right = own(entry)->split(index);
  entry = entry_of(std::move(*entry.chunk));
  chunks_.refresh(key);
  chunks_.set(behind, entry_of(std::move(right)));
}

void MeterLog::remove(const Place& place) {
  --size_;
  ChunkEntry& entry = *chunks_.edit(place.key).value;
  if (entry.count == 1) {
    chunks_.erase(place.key);
    return;
  }
  entry.sum -= (*entry.chunk)[place.index].value;
  MeterChunk& chunk = *own(entry);
  chunk.erase(place.index);
  --entry.count;
  entry.first_at = chunk[0].at;
  entry.last_at = chunk[chunk.size() - 1].at;
  chunks_.refresh(place.key);
}

// --- identifiers

std::optional<Sighting> MeterLog::find_recent(Fingerprint identifier, Seconds now) const {
  const std::optional<Sighting> sighting = identifiers_.find(identifier);
  if (!sighting || sighting->received_at <= now - identifier_window) return std::nullopt;
  return sighting;
}

// Most events are about the time they arrive at, so the search goes back from there first.
std::optional<MeterLog::Place> MeterLog::locate(const Sighting& sighting) const {
  std::optional<Place> found;
  const auto look = [&](const ChunkKey& key, const ChunkEntry& entry) {
    if (key.series != sighting.series) return false;
    if (entry.most_received - entry.least_received <
        sighting.received - static_cast<std::uint32_t>(entry.least_received)) {
      return true;
    }
    for (std::size_t i = 0; i < entry.chunk->size(); ++i) {
      if (static_cast<std::uint32_t>((*entry.chunk)[i].received) != sighting.received) continue;
      found = Place{.key = key, .index = i};
      return false;
    }
    return true;
  };
  const ChunkKey around{.series = sighting.series, .at = sighting.received_at + furthest_ahead};
  chunks_.descend(around, look);
  if (!found) chunks_.ascend(around, look);
  return found;
}

MeterEntry MeterLog::entry_at(const Place& place, const Sighting& sighting) const {
  const Series& series = **series_.find(place.key.series);
  return {.meter = series.meter,
          .customer = series.customer,
          .point = (*chunks_.find(place.key)->chunk)[place.index],
          .received_at = sighting.received_at};
}

std::optional<MeterEntry> MeterLog::find(std::string_view identifier, Seconds now) const {
  const std::optional<Sighting> sighting = find_recent(fingerprint(identifier), now);
  if (!sighting) return std::nullopt;
  const std::optional<Place> place = locate(*sighting);
  OKAPI_CHECK(place.has_value());
  MeterEntry entry = entry_at(*place, *sighting);
  entry.identifier = identifier;
  return entry;
}

bool MeterLog::cancel(std::string_view identifier, Seconds now) {
  const std::optional<Sighting> sighting = find_recent(fingerprint(identifier), now);
  if (!sighting) return false;
  const std::optional<Place> place = locate(*sighting);
  OKAPI_CHECK(place.has_value());
  remove(*place);
  return identifiers_.erase(fingerprint(identifier));
}

// --- reading

WindowAggregate MeterLog::aggregate(std::string_view meter, std::string_view customer,
                                    Seconds start, Seconds end) const {
  WindowAggregate result;
  const std::optional<std::uint32_t> series = find_series(meter, customer);
  if (!series || start >= end) return result;
  const auto add = [&](const ChunkTotal& total) {
    result.sum += total.sum;
    result.count += total.count;
  };
  const auto add_part = [&](const ChunkEntry& entry) {
    const std::size_t from = entry.chunk->lower_bound(start);
    const std::size_t to = entry.chunk->lower_bound(end);
    add({entry.chunk->sum(from, to), static_cast<std::int64_t>(to - from)});
  };
  // The chunks that the window's ends lie in, and all of those between.
  const ChunkKey at_start{.series = *series, .at = start, .received = 0};
  const ChunkKey at_end{.series = *series, .at = end, .received = 0};
  const std::optional<ChunkKey> first = key_at(at_start);
  const std::optional<ChunkKey> last = key_at(at_end);
  if (!last) return result;
  if (first) add_part(*chunks_.find(*first));
  if (first != last) {
    const ChunkKey behind =
        first ? ChunkKey{first->series, first->at, first->received + 1} : at_start;
    add(chunks_.total_between(behind, *last));
    add_part(*chunks_.find(*last));
  }
  if (result.count > 0) result.last = last_before(at_end);
  return result;
}

// Of a series that has points before there.
MeterPoint MeterLog::last_before(const ChunkKey& end) const {
  MeterPoint point;
  chunks_.descend(end, [&](const ChunkKey&, const ChunkEntry& entry) {
    const std::size_t count = entry.chunk->lower_bound(end.at);
    if (count > 0) point = (*entry.chunk)[count - 1];
    return count == 0;
  });
  return point;
}

std::vector<MeterPoint> MeterLog::points(std::string_view meter, std::string_view customer,
                                         Seconds start, Seconds end) const {
  std::vector<MeterPoint> found;
  const std::optional<std::uint32_t> series = find_series(meter, customer);
  if (!series || start >= end) return found;
  each_chunk(*series, start, end, [&](const ChunkKey&, const ChunkEntry& entry) {
    const std::size_t to = entry.chunk->lower_bound(end);
    for (std::size_t i = entry.chunk->lower_bound(start); i < to; ++i) {
      found.push_back((*entry.chunk)[i]);
    }
    return true;
  });
  return found;
}

std::vector<std::string> MeterLog::customers(std::string_view meter) const {
  std::vector<std::string> found;
  series_.ascend(std::uint32_t{0}, [&](std::uint32_t, const std::shared_ptr<const Series>& each) {
    const std::uint32_t* number = series_of_.find(fingerprint(each->meter, each->customer));
    const ChunkKey last{.series = *number, .at = std::numeric_limits<Seconds>::max()};
    if (each->meter == meter && key_at(last)) found.push_back(each->customer);
    return true;
  });
  std::ranges::sort(found);
  return found;
}

void MeterLog::visit(const std::function<void(const MeterEntry&)>& visitor) const {
  struct Known {
    std::uint64_t event = 0;  // series and arrival number
    Fingerprint identifier = {};
    Seconds received_at = 0;
  };
  std::vector<Known> known;
  known.reserve(identifiers_.size());
  identifiers_.visit([&](Fingerprint identifier, const Sighting& sighting) {
    known.push_back({.event = std::uint64_t{sighting.series} << 32 | sighting.received,
                     .identifier = identifier,
                     .received_at = sighting.received_at});
  });
  std::ranges::sort(known, {}, &Known::event);
  chunks_.ascend(first_key(0), [&](const ChunkKey& key, const ChunkEntry& chunk) {
    for (std::size_t i = 0; i < chunk.chunk->size(); ++i) {
      MeterEntry entry = entry_at({.key = key, .index = i}, {});
      const std::uint64_t event =
          std::uint64_t{key.series} << 32 | static_cast<std::uint32_t>(entry.point.received);
      const auto found = std::ranges::lower_bound(known, event, {}, &Known::event);
      if (found != known.end() && found->event == event) {
        entry.fingerprint = found->identifier;
        entry.received_at = found->received_at;
      }
      visitor(entry);
    }
    return true;
  });
}

// --- changes

void MeterLog::collect(std::uint32_t series, const ChunkEntry* entry,
                       std::vector<PlacedPoint>& points) {
  if (entry == nullptr) return;
  for (std::size_t i = 0; i < entry->chunk->size(); ++i) {
    const MeterPoint point = (*entry->chunk)[i];
    points.push_back({{.series = series, .at = point.at, .received = point.received}, point});
  }
}

void MeterLog::visit_changes(const MeterLog& before,
                             const std::function<void(const MeterChange&)>& visitor) const {
  using enum MeterChange::Kind;
  std::vector<PlacedPoint> old_points;
  std::vector<PlacedPoint> new_points;
  const auto gather = [&](const ChunkKey& key, const ChunkEntry* was, const ChunkEntry* is) {
    if (was != nullptr && is != nullptr && was->chunk == is->chunk) return;
    collect(key.series, was, old_points);
    collect(key.series, is, new_points);
  };
  decltype(chunks_)::compare(before.chunks_, chunks_, gather);
  // Points stand in the order of their keys, within chunks and from chunk to chunk.
  const auto tell_difference = [&](const MeterLog& log, const std::vector<PlacedPoint>& of,
                                   const std::vector<PlacedPoint>& without,
                                   MeterChange::Kind kind) {
    std::vector<PlacedPoint> different;
    std::ranges::set_difference(of, without, std::back_inserter(different), {}, &PlacedPoint::at,
                                &PlacedPoint::at);
    for (const PlacedPoint& placed : different) {
      const Series& series = **log.series_.find(placed.at.series);
      visitor(
          {.kind = kind,
           .entry = {.meter = series.meter, .customer = series.customer, .point = placed.point}});
    }
  };
  tell_difference(before, old_points, new_points, removed);
  tell_difference(*this, new_points, old_points, added);
  identifiers_.visit_changes(
      before.identifiers_, [&](Fingerprint identifier, const Sighting* sighting) {
        MeterChange change{.kind = forgotten,
                           .entry = {.meter = {}, .customer = {}, .fingerprint = identifier}};
        if (sighting != nullptr) {
          const Series& series = **series_.find(sighting->series);
          change.kind = seen;
          change.entry.meter = series.meter;
          change.entry.customer = series.customer;
          change.entry.point.received = sighting->received;
          change.entry.received_at = sighting->received_at;
        }
        visitor(change);
      });
}

bool MeterLog::apply(const MeterChange& change) {
  const MeterEntry& entry = change.entry;
  switch (change.kind) {
    case MeterChange::Kind::added:
      append(entry);
      return true;
    case MeterChange::Kind::removed: {
      const std::optional<std::uint32_t> series = find_series(entry.meter, entry.customer);
      if (!series) return false;
      const std::optional<ChunkKey> key =
          key_at({.series = *series, .at = entry.point.at, .received = entry.point.received});
      if (!key) return false;
      const MeterChunk& chunk = *chunks_.find(*key)->chunk;
      const std::size_t index = chunk.lower_bound(entry.point.at, entry.point.received);
      if (index == chunk.size() || chunk[index].received != entry.point.received) return false;
      remove({.key = *key, .index = index});
      return true;
    }
    case MeterChange::Kind::seen:
      identifiers_.set(entry.fingerprint,
                       {.series = require_series(entry.meter, entry.customer),
                        .received = static_cast<std::uint32_t>(entry.point.received),
                        .received_at = entry.received_at});
      return true;
    case MeterChange::Kind::forgotten:
      return identifiers_.erase(entry.fingerprint);
  }
  OKAPI_UNREACHABLE();
}

bool MeterLog::is_akin(const MeterLog& other) const {
  bool akin = true;
  series_.ascend(std::uint32_t{0}, [&](std::uint32_t number, const auto& series) {
    const auto* theirs = other.series_.find(number);
    if (theirs == nullptr) return false;
    akin = (*theirs)->meter == series->meter && (*theirs)->customer == series->customer;
    return akin;
  });
  return akin;
}

}  // namespace okapi::store
