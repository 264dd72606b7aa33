// Builds every part and connects them; the only file that sees all folders.
#pragma once

#include "api/operation.h"

namespace okapi {

// Every resource registered, the engine connected. Built on first use, constant afterwards.
[[nodiscard]] const api::Registry& registry();

}  // namespace okapi
