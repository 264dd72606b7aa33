#include "store/identifier_table.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <tuple>
#include <vector>

#include "base/check.h"
#include "base/decimal.h"

namespace okapi::store {
namespace {

constexpr int time_bits = 38;
constexpr std::uint64_t time_mask = (std::uint64_t{1} << time_bits) - 1;
constexpr std::uint32_t most_series = std::uint32_t{1} << (64 - time_bits);
constexpr Seconds earliest = -2'208'988'800;  // 1900-01-01; 38 bits reach beyond the year 9999

std::uint64_t pack(const Sighting& sighting) {
  OKAPI_CHECK(sighting.series < most_series);
  const Seconds since =
      std::clamp(sighting.received_at - earliest, Seconds{0}, static_cast<Seconds>(time_mask));
  return std::uint64_t{sighting.series} << time_bits | static_cast<std::uint64_t>(since);
}

std::uint32_t short_low(Fingerprint identifier) {
  return static_cast<std::uint32_t>(identifier.low);
}

}  // namespace

// Fingerprints are spread evenly, so the place is known to within a few records: one line of memory
// or two instead of the five of a binary search.
std::size_t IdentifierTable::Bucket::lower_bound(Fingerprint identifier, std::size_t all) const {
  const auto wanted = std::tuple(identifier.high, short_low(identifier));
  const auto before = [&](std::size_t index) {
    return std::tuple(records[index].high, records[index].low) < wanted;
  };
  const Uint128 expected = Uint128{identifier.high - lowest} * all >> 64;
  std::size_t index = std::min(static_cast<std::size_t>(expected), count);
  while (index > 0 && !before(index - 1)) --index;
  while (index < count && before(index)) ++index;
  return index;
}

bool IdentifierTable::Bucket::holds(std::size_t index, Fingerprint identifier) const {
  return index < count && records[index].high == identifier.high &&
         records[index].low == short_low(identifier);
}

Sighting IdentifierTable::sighting_of(const Record& record) {
  return {.series = static_cast<std::uint32_t>(record.series_and_time >> time_bits),
          .received = record.received,
          .received_at = static_cast<Seconds>(record.series_and_time & time_mask) + earliest};
}

// The bucket whose range holds the identifier, for writing.
IdentifierTable::Bucket& IdentifierTable::own(Fingerprint identifier) {
  std::shared_ptr<Bucket>& bucket = *buckets_.edit_last(identifier.high).value;
  if (bucket.use_count() != 1) {
    bucket = std::make_shared<Bucket>(*bucket);
  } else {
    // Whoever let go of the bucket last has finished reading it.
    std::atomic_thread_fence(std::memory_order_acquire);
  }
  return *bucket;
}

// Between two different `high`, the half if possible: equal ones must stay together.
void IdentifierTable::split(Bucket& left) {
  std::size_t half = left.count / 2;
  while (half < left.count && left.records[half].high == left.records[half - 1].high) ++half;
  OKAPI_CHECK(half < left.count);
  auto right = std::make_shared<Bucket>();
  std::copy(left.records.begin() + static_cast<std::ptrdiff_t>(half), left.records.end(),
            right->records.begin());
  right->lowest = right->records[0].high;
  right->count = left.count - half;
  left.count = half;
  buckets_.set(right->lowest, right);
}

std::optional<Sighting> IdentifierTable::find(Fingerprint identifier) const {
  std::optional<Sighting> found;
  buckets_.descend(identifier.high, [&](std::uint64_t, const std::shared_ptr<Bucket>& bucket) {
    const std::size_t index = bucket->lower_bound(identifier, size_);
    if (bucket->holds(index, identifier)) {
      found = sighting_of(bucket->records[index]);
    }
    return false;
  });
  return found;
}

void IdentifierTable::set(Fingerprint identifier, const Sighting& sighting) {
  // The range of the first bucket begins at zero.
  if (buckets_.empty()) buckets_.set(0, std::make_shared<Bucket>());
  Bucket* bucket = &own(identifier);
  if (bucket->count == bucket->records.size()) {
    split(*bucket);
    bucket = &own(identifier);
  }
  insert(*bucket, identifier, sighting);
}

void IdentifierTable::insert(Bucket& bucket, Fingerprint identifier, const Sighting& sighting) {
  const std::size_t index = bucket.lower_bound(identifier, size_);
  if (!bucket.holds(index, identifier)) {
    const auto at = bucket.records.begin() + static_cast<std::ptrdiff_t>(index);
    const auto end = bucket.records.begin() + static_cast<std::ptrdiff_t>(bucket.count);
    std::copy_backward(at, end, end + 1);
    ++bucket.count;
    ++size_;
  }
  bucket.records[index] = {.high = identifier.high,
                           .low = short_low(identifier),
                           .received = sighting.received,
                           .series_and_time = pack(sighting)};
}

// Buckets are not joined again: identifiers go one by one, and new ones fill the gaps.
bool IdentifierTable::erase(Fingerprint identifier) {
  if (!find(identifier)) return false;
  Bucket& bucket = own(identifier);
  const auto at =
      bucket.records.begin() + static_cast<std::ptrdiff_t>(bucket.lower_bound(identifier, size_));
  std::copy(at + 1, bucket.records.begin() + static_cast<std::ptrdiff_t>(bucket.count), at);
  --bucket.count;
  --size_;
  return true;
}

void IdentifierTable::visit(
    const std::function<void(Fingerprint, const Sighting&)>& visitor) const {
  buckets_.ascend(std::uint64_t{0}, [&](std::uint64_t, const std::shared_ptr<Bucket>& bucket) {
    for (std::size_t i = 0; i < bucket->count; ++i) {
      const Record& record = bucket->records[i];
      visitor(record.identifier(), sighting_of(record));
    }
    return true;
  });
}

void IdentifierTable::visit_changes(
    const IdentifierTable& before,
    const std::function<void(Fingerprint, const Sighting*)>& visitor) const {
  std::vector<Record> old_records;
  std::vector<Record> new_records;
  const auto collect = [](const std::shared_ptr<Bucket>* bucket, std::vector<Record>& records) {
    if (bucket == nullptr) return;
    const auto begin = (*bucket)->records.begin();
    records.insert(records.end(), begin, begin + static_cast<std::ptrdiff_t>((*bucket)->count));
  };
  using Buckets = PersistentMap<std::uint64_t, std::shared_ptr<Bucket>>;
  Buckets::compare(
      before.buckets_, buckets_,
      [&](std::uint64_t, const std::shared_ptr<Bucket>* old_bucket,
          const std::shared_ptr<Bucket>* new_bucket) {
        if (old_bucket != nullptr && new_bucket != nullptr && *old_bucket == *new_bucket) {
          return;
        }
        collect(old_bucket, old_records);
        collect(new_bucket, new_records);
      });
  // Records stand in the order of their identifiers, within buckets and from bucket to bucket.
  std::vector<Record> gone;
  std::vector<Record> set;
  std::ranges::set_difference(old_records, new_records, std::back_inserter(gone));
  std::ranges::set_difference(new_records, old_records, std::back_inserter(set));
  for (const Record& record : gone) {
    const bool overwritten =
        std::ranges::binary_search(set, record.identifier(), {}, &Record::identifier);
    if (!overwritten) visitor(record.identifier(), nullptr);
  }
  for (const Record& record : set) {
    const Sighting sighting = sighting_of(record);
    visitor(record.identifier(), &sighting);
  }
}

}  // namespace okapi::store
