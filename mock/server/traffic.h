// The traffic of one account as the dials see it: how many requests of late, which objects are
// being changed at this moment, and since when what is there (api/dials.h).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "api/dials.h"
#include "base/time.h"

namespace okapi::server {

class Traffic {
 public:
  // Counts a request against a limit of that many a second. False: it is one too many.
  [[nodiscard]] bool admit(std::string_view line, std::int64_t limit, std::int64_t now_us);

  // An object that a request changes, until the end of the hold.
  class Hold {
   public:
    Hold() = default;
    Hold(Traffic& traffic, std::string object) : traffic_(&traffic), object_(std::move(object)) {}
    Hold(Hold&& other) noexcept;
    Hold& operator=(Hold&& other) noexcept;
    ~Hold();

   private:
    Traffic* traffic_ = nullptr;
    std::string object_;
  };
  // False: another request has it.
  [[nodiscard]] bool hold(const std::string& object, Hold& held);

  // What was newest at that time of the account's clock; `horizon` is what was so `lag` ago.
  void note_newest(Seconds now, std::uint64_t sequence);
  [[nodiscard]] std::uint64_t horizon(Seconds now, Seconds lag) const;

 private:
  struct Bucket {
    std::int64_t at_us = 0;
    std::int64_t tokens_millionth = 0;
  };
  struct Mark {
    Seconds at = 0;
    std::uint64_t sequence = 0;
  };
  mutable std::mutex lock_;
  std::map<std::string, Bucket, std::less<>> buckets_;
  std::set<std::string> held_;
  std::deque<Mark> marks_;
};

}  // namespace okapi::server
