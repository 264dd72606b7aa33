#include "server/pattern.h"

namespace okapi::server {

bool matches_pattern(std::string_view pattern, std::string_view text) {
  // A star takes as little as it can, and more when what follows fails.
  std::size_t at = 0;
  std::size_t star = pattern.npos;
  std::size_t taken = 0;  // where the text behind the last star begins
  for (std::size_t i = 0; i < text.size();) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      taken = i;
    } else if (at < pattern.size() && pattern[at] == text[i]) {
      ++at;
      ++i;
    } else if (star != pattern.npos) {
      at = star + 1;
      i = ++taken;
    } else {
      return false;
    }
  }
  return pattern.substr(at).find_first_not_of('*') == pattern.npos;
}

}  // namespace okapi::server
