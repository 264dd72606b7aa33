// What the flags say, built: a Dispatch with its clock, seed and fixtures.
#pragma once

#include <memory>
#include <string>

#include "cli/client.h"
#include "cli/commands.h"
#include "server/dispatch.h"

namespace okapi::cli {

// What of the flags is behaviour rather than transport. Throws UsageError for a flag that makes no
// sense, as the next does.
[[nodiscard]] api::Settings settings_from(const ServeConfig& config, const std::string& base_url);
[[nodiscard]] std::unique_ptr<server::Dispatch> make_dispatch(const ServeConfig& config,
                                                              const std::string& base_url);
// Sends the fixtures of the flags, in order. Throws std::runtime_error naming file and line.
void send_fixtures(server::Dispatch& dispatch, const ServeConfig& config);

}  // namespace okapi::cli
