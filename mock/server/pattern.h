// Texts with "*" for any text, as fault rules and filters write them.
#pragma once

#include <string_view>

namespace okapi::server {

[[nodiscard]] bool matches_pattern(std::string_view pattern, std::string_view text);

}  // namespace okapi::server
