// A recorded request as the curl command that sends it again.
#pragma once

#include <string>
#include <string_view>

#include "server/request_log.h"

namespace okapi::server {

// `key` is the caller's own, as records keep theirs abridged only.
[[nodiscard]] std::string as_curl(const RequestRecord& record, std::string_view base_url,
                                  std::string_view key);

}  // namespace okapi::server
