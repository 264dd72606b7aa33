// Bytes as text and back.
#pragma once

#include <string>
#include <string_view>

namespace okapi {

[[nodiscard]] std::string encode_base64(std::string_view bytes);
// Stops at the first character that does not belong there; takes the letters of URLs, too.
[[nodiscard]] std::string decode_base64(std::string_view text);

}  // namespace okapi
