// GET /v1/…/search of the seven resources that have one (api-conventions 6.2).
#pragma once

#include "api/operation.h"

namespace okapi::api {

// The handler of every search operation. Differs: what was written a moment ago is found at once.
// Throws for a query that cannot be parsed, fields that the resource does not have and operators
// that a field does not know.
[[nodiscard]] Reply search_objects(Context& ctx);

}  // namespace okapi::api
