#include "api/url.h"

#include <algorithm>

#include <arpa/inet.h>

#include "base/ascii.h"
#include "base/text.h"

namespace okapi::api {
namespace {

bool is_host_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' ||
         static_cast<signed char>(c) < 0;
}

bool is_port(std::string_view text) {
  const bool digits = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (text.empty() || text.size() > 5 || !digits) return false;
  const int number = std::stoi(std::string(text));
  return number > 0 && number <= 65535;
}

bool is_v6(const std::string& text) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

bool is_blank_or_control(char c) {
  return static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) == 0x7f;
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  if (std::ranges::any_of(text, is_blank_or_control)) return std::nullopt;
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == text.npos) return std::nullopt;
  const std::string scheme = lowered(text.substr(0, scheme_end));
  if (scheme != "http" && scheme != "https") return std::nullopt;
  Url url{.secure = scheme == "https", .host = {}, .port = {}, .target = {}};
  text.remove_prefix(scheme_end + 3);
  const std::size_t path = std::min(text.find_first_of("/?#"), text.size());
  std::string_view authority = text.substr(0, path);
  std::string_view rest = text.substr(path);
  rest = rest.substr(0, rest.find('#'));
  url.target = rest.starts_with('/') ? std::string(rest) : concat("/", rest);
  if (const std::size_t user = authority.rfind('@'); user != authority.npos) {
    authority.remove_prefix(user + 1);
  }
  std::string_view port;
  if (authority.starts_with('[')) {  // [::1]:80
    const std::size_t close = authority.find(']');
    if (close == authority.npos) return std::nullopt;
    url.host = lowered(authority.substr(1, close - 1));
    if (!is_v6(url.host)) return std::nullopt;
    port = authority.substr(close + 1);
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    url.host = lowered(authority.substr(0, colon));
    port = authority.substr(colon);
    if (!std::ranges::all_of(url.host, is_host_char)) return std::nullopt;
  }
  if (url.host.empty()) return std::nullopt;
  if (port.empty()) {
    url.port = url.secure ? "443" : "80";
    return url;
  }
  if (!port.starts_with(':') || !is_port(port.substr(1))) return std::nullopt;
  url.port = port.substr(1);
  return url;
}

}  // namespace okapi::api
