// Builds every part and connects them; the only file that sees all folders.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/operation.h"
#include "api/request.h"

namespace okapi::server {
class Dispatch;
}

namespace okapi {

// Every resource registered, the engine connected. Built on first use, constant afterwards.
[[nodiscard]] const api::Registry& registry();

// What a browser sees, for server::Options::pages. `ui_dir`: the folder of the dashboard's files;
// empty: those built in.
[[nodiscard]] std::function<std::optional<api::Response>(server::Dispatch&, const api::Request&)>
pages(std::string ui_dir, std::vector<std::string> allowed_hosts);

}  // namespace okapi
