// The server's settings as one request sees them: links are made of the address it was sent to.
#pragma once

#include "api/operation.h"

namespace okapi::engine {

[[nodiscard]] inline api::Settings settings_of(const api::Context& ctx) {
  api::Settings settings = ctx.settings;
  settings.base_url = ctx.base_url;
  return settings;
}

}  // namespace okapi::engine
