#include "api/difference.h"

#include "api/render.h"

namespace okapi::api {

Json previous_attributes(const Json& before, const Json& after) {
  Json previous = Json::object();
  for (const auto& [key, old_value] : before.items()) {
    if (is_internal_field(key)) continue;
    const auto now = after.find(key);
    if (now != after.end() && *now == old_value) continue;
    if (now != after.end() && old_value.is_object() && now->is_object()) {
      previous[key] = previous_attributes(old_value, *now);
    } else {
      previous[key] = old_value;
    }
  }
  // A key that was added had no value before.
  for (const auto& [key, value] : after.items()) {
    if (!is_internal_field(key) && !before.contains(key)) previous[key] = nullptr;
  }
  return previous;
}

}  // namespace okapi::api
