// What of an object changed, as events tell it (api-conventions 11.1).
#pragma once

#include "base/json.h"

namespace okapi::api {

// The old values of what differs, nested objects cut to the changed keys, arrays whole.
[[nodiscard]] Json previous_attributes(const Json& before, const Json& after);

}  // namespace okapi::api
