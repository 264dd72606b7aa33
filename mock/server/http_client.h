// A client's side of the socket, for the commands that talk to a running server.
#pragma once

#include <string>

#include "api/request.h"

namespace okapi::server {

// Throws std::runtime_error with one sentence when nobody answers at `base_url`.
[[nodiscard]] api::Response send(const std::string& base_url, const api::Request& request);

}  // namespace okapi::server
