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

api::ApiError exclusive(const Place& place, std::string_view first, std::string_view second) {
  api::ApiError error = api::only_one_of({std::string(first), std::string(second)});
  error.param = place.of(first);
  return error;
}

}  // namespace okapi::engine
