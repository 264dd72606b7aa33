// Which of Stripe's event types the behaviour of okapi can produce. tests/tidy_test.cc holds the
// table against the sources.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace okapi::events {

[[nodiscard]] std::span<const std::string_view> produced_types();  // sorted
// Those of the catalogue that are not among them: nothing in okapi makes them happen.
[[nodiscard]] std::vector<std::string_view> types_not_produced();

}  // namespace okapi::events
