// Idempotency-Key: the first answer of an operation that ran is kept and given again, byte for byte
// (api-conventions 5). One table for each account. Ages by real time: a test clock must not expire
// keys.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/time.h"
#include "store/document.h"

namespace okapi::server {

// Method, path and decoded parameters; equal for equal requests whatever the order of the pairs.
struct Fingerprint {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};
[[nodiscard]] Fingerprint fingerprint_of(std::string_view method, std::string_view path,
                                         const Json& params);

// What is replayed. A stored document that was the whole answer is kept as a handle, not as text.
struct SavedAnswer {
  int status = 200;
  std::string body;
  store::Document document;  // instead of `body`
  std::string request_id;    // of the first execution
};

// A key with its answer, for a journal.
struct SavedKey {
  Fingerprint request;
  Seconds at = 0;
  SavedAnswer answer;
};

class Idempotency {
 public:
  static constexpr Seconds kept = 24 * hour;
  static constexpr std::size_t most_keys = 100'000;
  static constexpr std::size_t most_bytes = std::size_t{64} << 20;

  // Reserves the key for this request, or gives the answer to replay. Throws api::ApiError when the
  // key is in use by a running request or was used with other parameters.
  [[nodiscard]] std::optional<SavedAnswer> begin(const std::string& key, const Fingerprint& request,
                                                 Seconds wall_now);
  // The reserved request has run: this is its answer from now on.
  void save(const std::string& key, SavedAnswer answer);
  // It did not run, or may run again: the key is free.
  void release(const std::string& key);
  // What is known of a key; nothing of one that is free.
  [[nodiscard]] std::optional<SavedKey> find(const std::string& key);
  // As save() once left it; for an earlier run's, oldest first.
  void restore(const std::string& key, SavedKey saved);
  void visit(const std::function<void(const std::string& key, const SavedKey& saved)>& visitor);
  void clear();  // what runs keeps its reservation
  [[nodiscard]] std::size_t size();

 private:
  struct Entry {
    Fingerprint request;
    Seconds at = 0;
    std::uint64_t number = 0;
    bool running = true;
    SavedAnswer answer;
  };
  void forget_old(Seconds wall_now);
  void drop(std::map<std::string, Entry, std::less<>>::iterator entry);

  std::mutex lock_;
  std::map<std::string, Entry, std::less<>> entries_;
  std::deque<std::pair<std::string, std::uint64_t>> in_order_;  // key and number of the entry
  std::size_t bytes_ = 0;
  std::uint64_t next_number_ = 1;
};

}  // namespace okapi::server
