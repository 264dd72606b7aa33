// What happened: the last requests, for the log page and tests, and one line for each on stderr.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace okapi::server {

struct RequestRecord {
  Seconds at = 0;  // wall clock
  std::string request_id;
  std::string account;  // acct_…; empty when no key was accepted
  std::string key;      // abridged
  std::string method;
  std::string target;     // raw, with query
  std::string operation;  // "customers.create"; empty where none was found
  std::string version;
  std::string idempotency_key;
  std::string body;  // raw, cut at longest_body
  bool body_is_json = false;
  std::string response;  // its body, cut at longest_body
  int status = 0;
  std::string error_code;  // or its type where it has no code
  std::string error_message;
  std::string bug;  // of a 500: what failed, with file and line
  bool replayed = false;
  std::int64_t microseconds = 0;
  std::vector<std::string> events;        // ids of what this request emitted, in order
  std::vector<std::string> later_events;  // of the due steps that ran right after it
};

class RequestLog {
 public:
  struct Settings {
    bool quiet = false;  // no lines on stderr
    bool json = false;
    std::size_t most_records = 1000;
    std::function<void(const RequestRecord&)> watch = {};  // sees each one
  };
  static constexpr std::size_t longest_body = 16 << 10;

  explicit RequestLog(Settings settings);
  void add(RequestRecord record);
  // Newest first; of one account, or of all with an empty one.
  [[nodiscard]] std::vector<RequestRecord> newest(std::string_view account, std::size_t most) const;
  // False when it is no longer (or never was) there.
  [[nodiscard]] bool find(std::string_view request_id, RequestRecord& found) const;
  [[nodiscard]] std::uint64_t count() const;  // since the start
  // All since the start, by operation ("" where none was found) and status.
  struct Tally {
    std::uint64_t requests = 0;
    std::int64_t microseconds = 0;
  };
  using Tallies = std::map<std::string, std::map<int, Tally>, std::less<>>;
  [[nodiscard]] Tallies tallies() const;
  void forget(std::string_view account);  // after a reset

 private:
  Settings settings_;
  mutable std::mutex lock_;
  std::vector<RequestRecord> ring_;
  std::uint64_t added_ = 0;
  Tallies tallies_;
};

// The line without its end, for tests and the log page.
[[nodiscard]] std::string log_line(const RequestRecord& record, bool json);

}  // namespace okapi::server
