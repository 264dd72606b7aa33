// Absolute http and https addresses, taken apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace okapi::api {

struct Url {
  bool secure = false;
  std::string host;    // without brackets
  std::string port;    // digits
  std::string target;  // path and query, at least "/"
};

// Empty for anything else than http:// or https:// with a host and a sound port.
[[nodiscard]] std::optional<Url> parse_url(std::string_view text);

}  // namespace okapi::api
