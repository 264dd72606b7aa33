#include "store/meter_chunk.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <tuple>

#include "base/check.h"

namespace okapi::store {
namespace {

constexpr int place_bits = 4;
constexpr std::int64_t place_mask = (1 << place_bits) - 1;
constexpr std::int64_t wide_mark = place_mask;  // the rest is an index then
constexpr std::int64_t most_digits = (std::int64_t{1} << (63 - place_bits)) - 1;

constexpr std::array<std::int64_t, Decimal::places + 1> powers_of_ten = [] {
  std::array<std::int64_t, Decimal::places + 1> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();
constexpr std::int64_t scale = powers_of_ten[Decimal::places];

// 60.5 is 605 with 1 place. Empty when the digits need more than 60 bits.
std::optional<std::int64_t> pack_value(Decimal value) {
  Int128 digits = value.scaled();
  std::int64_t places = Decimal::places;
  if (digits % scale == 0) {
    digits /= scale;
    places = 0;
  } else {
    for (; digits % 10 == 0; digits /= 10) --places;
  }
  if (digits > most_digits || digits < -most_digits) return std::nullopt;
  return static_cast<std::int64_t>(digits) * (place_mask + 1) + places;
}

Decimal unpack_value(std::int64_t packed) {
  const auto places = static_cast<std::size_t>(packed & place_mask);
  return Decimal::from_scaled(Int128{packed >> place_bits} *
                              powers_of_ten[Decimal::places - places]);
}

}  // namespace

MeterChunk::MeterChunk(const MeterPoint& first)
    : base_at_(first.at), base_received_(first.received - (std::uint64_t{1} << 31)) {
  points_.push_back(pack(first));
}

bool MeterChunk::can_hold(const MeterPoint& point) const {
  const Int128 distance = Int128{point.at} - base_at_;
  return distance >= std::numeric_limits<std::int32_t>::min() &&
         distance <= std::numeric_limits<std::int32_t>::max() &&
         point.received - base_received_ <= std::numeric_limits<std::uint32_t>::max();
}

MeterChunk::Packed MeterChunk::pack(const MeterPoint& point) {
  std::optional<std::int64_t> value = pack_value(point.value);
  if (!value) {
    value = static_cast<std::int64_t>(wide_.size()) * (place_mask + 1) + wide_mark;
    wide_.push_back(point.value);
  }
  return {.value = *value,
          .at = static_cast<std::int32_t>(point.at - base_at_),
          .received = static_cast<std::uint32_t>(point.received - base_received_)};
}

Decimal MeterChunk::value_of(const Packed& packed) const {
  if ((packed.value & place_mask) != wide_mark) return unpack_value(packed.value);
  return wide_[static_cast<std::size_t>(packed.value >> place_bits)];
}

MeterPoint MeterChunk::operator[](std::size_t index) const {
  const Packed& packed = points_[index];
  return {.at = base_at_ + packed.at,
          .value = value_of(packed),
          .received = base_received_ + packed.received};
}

std::size_t MeterChunk::lower_bound(Seconds at, std::uint64_t received) const {
  const auto found = std::partition_point(points_.begin(), points_.end(), [&](const Packed& each) {
    const Seconds each_at = base_at_ + each.at;
    return each_at < at || (each_at == at && base_received_ + each.received < received);
  });
  return static_cast<std::size_t>(found - points_.begin());
}

Decimal MeterChunk::sum(std::size_t first, std::size_t last) const {
  Decimal sum;
  for (std::size_t i = first; i < last; ++i) sum += value_of(points_[i]);
  return sum;
}

void MeterChunk::insert(std::size_t index, const MeterPoint& point) {
  OKAPI_CHECK(can_hold(point));
  if (points_.size() == points_.capacity()) {
    points_.reserve(std::clamp(points_.size() * 2, std::size_t{4}, capacity));
  }
  points_.insert(points_.begin() + static_cast<std::ptrdiff_t>(index), pack(point));
}

void MeterChunk::erase(std::size_t index) {
  points_.erase(points_.begin() + static_cast<std::ptrdiff_t>(index));
}

MeterChunk MeterChunk::split(std::size_t index) {
  OKAPI_CHECK(0 < index && index < size());
  MeterChunk right((*this)[index]);
  right.points_.reserve(capacity);
  for (std::size_t i = index + 1; i < size(); ++i) right.insert(right.size(), (*this)[i]);
  points_.resize(index);
  return right;
}

}  // namespace okapi::store
