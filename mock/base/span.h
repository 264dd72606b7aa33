// Short spans of time: 250ms beside what add_span takes (3s, 1m, 2h).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace okapi {

// In milliseconds; empty for anything that is no span.
[[nodiscard]] std::optional<std::int64_t> parse_milliseconds(std::string_view text);

}  // namespace okapi
