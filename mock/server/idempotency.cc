#include "server/idempotency.h"

#include "api/error.h"

namespace okapi::server {
namespace {

std::uint64_t mixed(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31);
}

// Two independent 64-bit hashes of one byte sequence with lengths, so that no two trees flatten
// alike.
class Hasher {
 public:
  void add(std::string_view text) {
    add(text.size());
    std::uint64_t high = print_.high;
    std::uint64_t low = print_.low;
    for (const char c : text) {
      high = (high ^ static_cast<unsigned char>(c)) * 1099511628211U;
      low = (low + static_cast<unsigned char>(c)) * 0x9e3779b97f4a7c15U;
      low ^= low >> 29;
    }
    print_ = {high, low};
  }
  void add(std::uint64_t number) {
    print_.high = mixed(print_.high ^ number);
    print_.low = mixed(print_.low + number * 0x9e3779b97f4a7c15U);
  }
  void add(const Json& value) {
    // 2 is 2, whether a parser or a handler made it.
    const auto type = value.is_number_integer() ? Json::value_t::number_integer : value.type();
    add(static_cast<std::uint64_t>(type));
    if (value.is_string()) return add(std::string_view(value.get_ref<const std::string&>()));
    if (value.is_object()) {
      add(value.size());
      for (const auto& [key, member] : value.items()) {  // sorted by key
        add(std::string_view(key));
        add(member);
      }
      return;
    }
    if (value.is_array()) {
      add(value.size());
      for (const Json& element : value) add(element);
      return;
    }
    if (!value.is_null()) add(std::string_view(value.dump()));
  }
  [[nodiscard]] Fingerprint print() const { return print_; }

 private:
  Fingerprint print_{14695981039346656037U, 0x243f6a8885a308d3U};
};

std::size_t cost_of(std::string_view key, const SavedAnswer& answer) {
  constexpr std::size_t entry_bytes = 256;
  return 2 * key.size() + answer.body.size() + answer.request_id.size() + entry_bytes;
}

}  // namespace

Fingerprint fingerprint_of(std::string_view method, std::string_view path, const Json& params) {
  Hasher hasher;
  hasher.add(method);
  hasher.add(path);
  hasher.add(params);
  return hasher.print();
}

std::optional<SavedAnswer> Idempotency::begin(const std::string& key, const Fingerprint& request,
                                              Seconds wall_now) {
  const std::lock_guard guard(lock_);
  forget_old(wall_now);
  const auto found = entries_.find(key);
  if (found != entries_.end()) {
    const Entry& entry = found->second;
    if (entry.request != request) throw api::idempotency_mismatch(key);
    if (entry.running) throw api::idempotency_in_use(key);
    return entry.answer;
  }
  Entry entry{.request = request, .at = wall_now, .number = next_number_++, .answer = {}};
  in_order_.emplace_back(key, entry.number);
  bytes_ += cost_of(key, {});
  entries_.emplace(key, std::move(entry));
  return std::nullopt;
}

void Idempotency::save(const std::string& key, SavedAnswer answer) {
  const std::lock_guard guard(lock_);
  const auto found = entries_.find(key);
  if (found == entries_.end() || !found->second.running) return;
  bytes_ += answer.body.size() + answer.request_id.size();
  found->second.answer = std::move(answer);
  found->second.running = false;
}

void Idempotency::release(const std::string& key) {
  const std::lock_guard guard(lock_);
  const auto found = entries_.find(key);
  if (found != entries_.end() && found->second.running) drop(found);
}

std::optional<SavedKey> Idempotency::find(const std::string& key) {
  const std::lock_guard guard(lock_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  const Entry& entry = found->second;
  return SavedKey{.request = entry.request, .at = entry.at, .answer = entry.answer};
}

void Idempotency::restore(const std::string& key, SavedKey saved) {
  // A key that is there already is the newer one.
  if (find(key) || begin(key, saved.request, saved.at)) return;
  save(key, std::move(saved.answer));
}

void Idempotency::visit(
    const std::function<void(const std::string& key, const SavedKey& saved)>& visitor) {
  const std::lock_guard guard(lock_);
  for (const auto& [key, number] : in_order_) {
    const auto found = entries_.find(key);
    if (found == entries_.end() || found->second.number != number) continue;
    const Entry& entry = found->second;
    if (entry.running) continue;
    visitor(key, {.request = entry.request, .at = entry.at, .answer = entry.answer});
  }
}

void Idempotency::clear() {
  const std::lock_guard guard(lock_);
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto next = std::next(entry);
    if (!entry->second.running) drop(entry);
    entry = next;
  }
}

std::size_t Idempotency::size() {
  const std::lock_guard guard(lock_);
  return entries_.size();
}

void Idempotency::drop(std::map<std::string, Entry, std::less<>>::iterator entry) {
  bytes_ -= cost_of(entry->first, entry->second.answer);
  entries_.erase(entry);
}

// Oldest first: what is past its time, and what exceeds the bounds. Names of entries that are gone
// already (released, replaced) are skipped.
void Idempotency::forget_old(Seconds wall_now) {
  while (!in_order_.empty()) {
    const auto& [key, number] = in_order_.front();
    const auto found = entries_.find(key);
    const bool present = found != entries_.end() && found->second.number == number;
    if (present) {
      const bool expired = wall_now - found->second.at >= kept;
      const bool too_many = entries_.size() >= most_keys || bytes_ > most_bytes;
      if (found->second.running || (!expired && !too_many)) return;
      drop(found);
    }
    in_order_.pop_front();
  }
}

}  // namespace okapi::server
