// The bytes of uploaded files: with a key at the file's own address, and without one by a link.
#pragma once

#include "api/request.h"

namespace okapi::server {

struct Options;
class Accounts;

[[nodiscard]] bool is_download(const api::Request& request);
// Throws api::ApiError.
[[nodiscard]] api::Response download(const api::Request& request, Accounts& accounts,
                                     const Options& options);

}  // namespace okapi::server
