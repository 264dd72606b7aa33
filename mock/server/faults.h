// Faults on demand: rules that make chosen requests fail, wait or lose their connection, so that a
// client's retries can be tested.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.h"
#include "api/request.h"
#include "base/json.h"

namespace okapi::server {

// What happens to one request. At most one of the three ends it.
struct Fault {
  std::optional<api::ApiError> error;  // answered instead of the work
  // The connection ends (Response::drop) without the work being done, or after it was committed.
  bool close_before = false;
  bool close_after = false;
  int delay_milliseconds = 0;  // before all of that: sleep, another thread takes the loop over
};

class Faults {
 public:
  // Adds the rule of the request and answers it as kept, with its id. What the rule does not name
  // it does not ask for: any `method`, `path` ("*" stands for any text) and `key`; from the first
  // match
  // (`nth`), once (`times`, 0 for ever). Throws api::ApiError when it makes no sense.
  Json add(const api::Request& request);
  [[nodiscard]] Json list() const;
  bool remove(const std::string& id);
  void clear();

  // Empty when no rule matches; the first that does is counted.
  [[nodiscard]] std::optional<Fault> take(const api::Request& request, std::string_view key);

 private:
  struct Rule {
    std::string id;
    std::string method;      // empty: any
    std::string path;        // "*" stands for any text; empty: any
    std::string key;         // the secret key; empty: any
    std::int64_t nth = 1;    // from the nth matching request on
    std::int64_t times = 1;  // so many of them; 0: all
    std::int64_t matched = 0;
    Fault fault;
  };
  [[nodiscard]] static Json shown(const Rule& rule);
  mutable std::mutex lock_;
  std::vector<Rule> rules_;
  std::uint64_t next_id_ = 1;
};

}  // namespace okapi::server
