#include "engine/param_name.h"

namespace okapi::engine {

std::string under(std::string_view prefix, std::string_view name) {
  if (prefix.empty()) return std::string(name);
  const std::size_t bracket = name.find('[');
  std::string full(prefix);
  full += '[';
  full += name.substr(0, bracket);
  full += ']';
  if (bracket != std::string_view::npos) full += name.substr(bracket);
  return full;
}

}  // namespace okapi::engine
