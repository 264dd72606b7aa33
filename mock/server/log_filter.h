// Which requests `stripe logs tail` wants to see: the filters as the Stripe CLI sends them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace okapi::server {

struct RequestRecord;

class LogFilter {
 public:
  LogFilter() = default;  // everything
  // The JSON text of the session's `filters`. Throws api::ApiError.
  explicit LogFilter(std::string_view filters);

  [[nodiscard]] bool wants(const RequestRecord& record) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> filters_;
};

}  // namespace okapi::server
