// Up to 64 points of one series in time order (ties: order of arrival), 16 bytes each: the value
// as digits and places in 60 + 4 bits, time and arrival number as distances from the chunk's first
// point. What does not fit so (values of 19 digits, times a lifetime apart) is kept beside it or
// refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"

namespace okapi::store {

struct MeterPoint {
  Seconds at = 0;              // the event's own timestamp
  Decimal value;               // zero for a counting meter without a value
  std::uint64_t received = 0;  // number in order of arrival within the account
};

class MeterChunk {
 public:
  // An append copies the chunk: 1 KB, which the allocator has at hand.
  static constexpr std::size_t capacity = 64;

  explicit MeterChunk(const MeterPoint& first);

  [[nodiscard]] std::size_t size() const { return points_.size(); }
  [[nodiscard]] MeterPoint operator[](std::size_t index) const;
  // The first point not before (at, received).
  [[nodiscard]] std::size_t lower_bound(Seconds at, std::uint64_t received = 0) const;
  [[nodiscard]] Decimal sum(std::size_t first, std::size_t last) const;

  // False when its time or arrival number is too far from this chunk's.
  [[nodiscard]] bool can_hold(const MeterPoint& point) const;
  void insert(std::size_t index, const MeterPoint& point);
  void erase(std::size_t index);
  // Cuts off the points from `index` on, at least one, and gives them; at least one stays.
  [[nodiscard]] MeterChunk split(std::size_t index);

 private:
  struct Packed {
    std::int64_t value = 0;
    std::int32_t at = 0;
    std::uint32_t received = 0;
  };
  [[nodiscard]] Packed pack(const MeterPoint& point);
  [[nodiscard]] Decimal value_of(const Packed& packed) const;

  Seconds base_at_;
  std::uint64_t base_received_;  // 2^31 below the first point's, so that distances are unsigned
  std::vector<Packed> points_;
  std::vector<Decimal> wide_;  // values that do not pack; never shrinks
};

}  // namespace okapi::store
