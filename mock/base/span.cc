#include "base/span.h"

#include <charconv>

#include "base/time.h"

namespace okapi {

std::optional<std::int64_t> parse_milliseconds(std::string_view text) {
  if (!text.ends_with("ms")) {
    const std::optional<Seconds> end = add_span(0, text);
    if (!end) return std::nullopt;
    return *end * 1000;
  }
  text.remove_suffix(2);
  std::int64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc() || stopped != end || count < 0) return std::nullopt;
  return count;
}

}  // namespace okapi
