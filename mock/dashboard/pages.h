// Serves the dashboard: one page for every /dashboard/… address (and for / when a browser asks),
// and its files below /dashboard/assets/. All that it does, it does as a client of the API and of
// the control paths (assets/), so there is nothing else here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/request.h"

namespace okapi::dashboard {

struct Settings {
  std::string ui_dir = {};  // serve the files from this folder; empty: those built in
  std::vector<std::string> allowed_hosts = {};
};

// Nothing where the address is not the dashboard's. Throws api::ApiError.
[[nodiscard]] std::optional<api::Response> page(const api::Request& request,
                                                const Settings& settings);

}  // namespace okapi::dashboard
