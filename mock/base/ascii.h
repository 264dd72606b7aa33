// Letters without regard to case, ASCII only: header names, codes, words of a query.
#pragma once

#include <string>
#include <string_view>

namespace okapi {

[[nodiscard]] std::string lowered(std::string_view text);
[[nodiscard]] bool equal_ignoring_case(std::string_view left, std::string_view right);

}  // namespace okapi
