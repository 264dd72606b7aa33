// What the flags say, built: a Dispatch with its clock, seed and fixtures.
#pragma once

#include <memory>
#include <string>

#include "cli/client.h"
#include "cli/commands.h"
#include "server/dispatch.h"

namespace okapi::cli {

// Throws UsageError for a flag that makes no sense.
[[nodiscard]] std::unique_ptr<server::Dispatch> make_dispatch(const ServeConfig& config,
                                                              const std::string& base_url);
// Sends the fixtures of the flags, in order. Throws std::runtime_error naming file and line.
void send_fixtures(server::Dispatch& dispatch, const ServeConfig& config);

}  // namespace okapi::cli
