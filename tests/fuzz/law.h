// What a target says when something does not hold, and how inputs are taken apart.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace okapi::fuzz {

struct Broken : std::logic_error {
  using std::logic_error::logic_error;
};

inline void expect(bool holds, const std::string& what) {
  if (!holds) throw Broken(what);
}

// What stands before the first `end`; it and that are taken off the text. All when there is none.
inline std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == text.npos ? text.size() : at + 1);
  return taken;
}
inline std::string_view take_line(std::string_view& text) { return take_until(text, '\n'); }

}  // namespace okapi::fuzz
