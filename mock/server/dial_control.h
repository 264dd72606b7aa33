// GET and POST /_okapi/dials (api/dials.h).
#pragma once

#include "api/request.h"
#include "base/json.h"

namespace okapi::server {

struct World;

// Sets what is named and leaves the rest; 0 and false turn off. Throws api::ApiError.
[[nodiscard]] Json change_dials(const api::Request& request, World& world);

}  // namespace okapi::server
