#include "server/traffic.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace okapi::server {
namespace {

constexpr std::int64_t million = 1'000'000;
constexpr std::size_t most_marks = 10'000;

}  // namespace

// A bucket of `limit` tokens that fills up within a second: a microsecond brings `limit`
// millionths.
bool Traffic::admit(std::string_view line, std::int64_t limit, std::int64_t now_us) {
  const std::scoped_lock guard(lock_);
  const auto [place, is_new] = buckets_.try_emplace(std::string(line));
  Bucket& bucket = place->second;
  const std::int64_t full = limit * million;
  if (is_new) bucket = {.at_us = now_us, .tokens_millionth = full};
  const std::int64_t passed = std::clamp<std::int64_t>(now_us - bucket.at_us, 0, million);
  bucket.tokens_millionth = std::min(full, bucket.tokens_millionth + passed * limit);
  bucket.at_us = now_us;
  if (bucket.tokens_millionth < million) return false;
  bucket.tokens_millionth -= million;
  return true;
}

Traffic::Hold::Hold(Hold&& other) noexcept
    : traffic_(std::exchange(other.traffic_, nullptr)), object_(std::move(other.object_)) {}

Traffic::Hold& Traffic::Hold::operator=(Hold&& other) noexcept {
  std::swap(traffic_, other.traffic_);
  std::swap(object_, other.object_);
  return *this;
}

Traffic::Hold::~Hold() {
  if (traffic_ == nullptr) return;
  const std::scoped_lock guard(traffic_->lock_);
  traffic_->held_.erase(object_);
}

bool Traffic::hold(const std::string& object, Hold& held) {
  {
    const std::scoped_lock guard(lock_);
    if (!held_.insert(object).second) return false;
  }
  held = Hold(*this, object);
  return true;
}

void Traffic::note_newest(Seconds now, std::uint64_t sequence) {
  const std::scoped_lock guard(lock_);
  if (!marks_.empty() && marks_.back().at == now) {
    marks_.back().sequence = sequence;
    return;
  }
  marks_.push_back({.at = now, .sequence = sequence});
  if (marks_.size() > most_marks) marks_.pop_front();
}

std::uint64_t Traffic::horizon(Seconds now, Seconds lag) const {
  const std::scoped_lock guard(lock_);
  std::uint64_t seen = marks_.empty() ? std::numeric_limits<std::uint64_t>::max() : 0;
  for (const Mark& mark : marks_) {
    if (mark.at <= now - lag) seen = mark.sequence;
  }
  return seen;
}

}  // namespace okapi::server
