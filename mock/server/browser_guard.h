// Keeps web pages of other sites from driving okapi through the browser of somebody who runs it: by
// a form or fetch from their page (Origin, Sec-Fetch-Site), or by a name of theirs that resolves to
// 127.0.0.1 (Host).
#pragma once

#include <string>
#include <vector>

#include "api/request.h"

namespace okapi::server {

// For control paths and pages. Throws api::ApiError; clients that are no browsers pass.
void refuse_foreign_pages(const api::Request& request,
                          const std::vector<std::string>& allowed_hosts);

}  // namespace okapi::server
