#include "server/browser_guard.h"

#include <algorithm>
#include <string_view>

#include "api/error.h"
#include "base/ascii.h"
#include "base/text.h"

namespace okapi::server {
namespace {

// "127.0.0.1:12111" to "127.0.0.1", "[::1]:12111" to "[::1]".
std::string_view without_port(std::string_view host) {
  const std::size_t from = host.starts_with('[') ? std::min(host.find(']'), host.size()) : 0;
  return host.substr(0, host.find(':', from));
}

bool is_loopback_address(std::string_view name) {
  return name.starts_with("127.") &&
         name.find_first_not_of("0123456789.") == std::string_view::npos &&
         std::ranges::count(name, '.') == 3;
}

bool is_known_host(std::string_view host, const std::vector<std::string>& allowed) {
  const std::string_view name = without_port(host);
  if (equal_ignoring_case(name, "localhost") || name == "[::1]" || is_loopback_address(name)) {
    return true;
  }
  return std::ranges::any_of(allowed, [&](const std::string& known) {
    return equal_ignoring_case(name, without_port(known));
  });
}

// Of an Origin: what stands behind "http://".
std::string_view authority_of(std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  return scheme == origin.npos ? std::string_view() : origin.substr(scheme + 3);
}

}  // namespace

void refuse_foreign_pages(const api::Request& request,
                          const std::vector<std::string>& allowed_hosts) {
  // A browser always names the host; who does not is none.
  const std::string_view host = trimmed(api::header(request.headers, "Host"));
  if (!host.empty() && !is_known_host(host, allowed_hosts)) throw api::foreign_host(host);
  const std::string_view origin = trimmed(api::header(request.headers, "Origin"));
  if (!origin.empty() && (host.empty() || !equal_ignoring_case(authority_of(origin), host))) {
    throw api::foreign_page(origin);
  }
  const std::string_view site = trimmed(api::header(request.headers, "Sec-Fetch-Site"));
  if (equal_ignoring_case(site, "cross-site")) throw api::foreign_page(site);
}

}  // namespace okapi::server
