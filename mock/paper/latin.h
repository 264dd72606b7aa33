// Text for the fonts that every reader of PDF has: Windows-1252.
#pragma once

#include <string>
#include <string_view>

namespace okapi::paper {

// What the code page lacks: currency signs become their codes, anything else a question mark.
[[nodiscard]] std::string to_windows_1252(std::string_view utf8);

}  // namespace okapi::paper
