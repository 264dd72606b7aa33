// The okapi that transcripts and generated requests run against: everything but the socket, with
// ids that count up and a clock that stands still, so that two runs are alike byte for byte.
#pragma once

#include "api/operation.h"
#include "base/time.h"
#include "server/dispatch.h"

namespace okapi::transcript {

constexpr Seconds frozen_now = 1'767'225'600;  // 2026-01-01T00:00:00Z

[[nodiscard]] inline server::Options quiet_options() {
  server::Options options;
  options.base_url = "http://127.0.0.1:12111";
  options.counting_ids = true;
  options.clock = {.frozen = true, .at = frozen_now};
  options.quiet = true;
  options.clock_budget_ms = hour * 1000;  // all of an advance in its request, however slow
  return options;
}

}  // namespace okapi::transcript
