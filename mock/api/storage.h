// What answers an operation that nobody bound: plain stateful create, retrieve, update, delete and list
// where that is true to Stripe, 501 where it would be an invention.
#pragma once

#include "api/operation.h"

namespace okapi::api {

enum class Coverage { behaviour, storage, missing };

[[nodiscard]] Coverage coverage(const Registry& registry, const Operation& operation);
// For operations whose coverage is storage; throws not_implemented otherwise.
[[nodiscard]] Reply answer_from_storage(Context& ctx);

}  // namespace okapi::api
