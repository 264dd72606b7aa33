// One request to a running server, for the commands that talk to one.
#pragma once

#include <functional>
#include <string>

#include "api/request.h"

namespace okapi::cli {

// How a command reaches its server: over HTTP, or straight into a Dispatch of its own.
using Send = std::function<api::Response(const api::Request&)>;

// Throws std::runtime_error with one sentence when nobody answers at `base_url`.
[[nodiscard]] Send send_to(std::string base_url);

// A form-encoded request with a test key, as curl would send it.
[[nodiscard]] api::Request make_request(std::string method, std::string target,
                                        const std::string& key, std::string body = {});

}  // namespace okapi::cli
