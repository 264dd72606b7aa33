// Whether an address is this machine's own.
#pragma once

#include <string>

namespace okapi::server {

// `ip` as text. Loopback, or an address of one of the machine's interfaces.
[[nodiscard]] bool is_local_address(const std::string& ip);

}  // namespace okapi::server
