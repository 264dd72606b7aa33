// Text that every floor needs: joining pieces with one allocation, and counting characters of
// UTF-8.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace okapi {

[[nodiscard]] std::string concat_pieces(std::initializer_list<std::string_view> pieces);

template <typename... Pieces>
[[nodiscard]] std::string concat(const Pieces&... pieces) {
  return concat_pieces({std::string_view(pieces)...});
}

// Well-formed UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text);
// Each byte that belongs to no well-formed character becomes U+FFFD.
[[nodiscard]] std::string repaired_utf8(std::string_view text);
// Code points of well-formed UTF-8.
[[nodiscard]] std::size_t character_count(std::string_view text);
// Without ASCII blanks at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace okapi
