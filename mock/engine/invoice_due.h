// When an invoice goes on by itself: finalization, an attempt at once, retries, the due date.
#pragma once

#include <vector>

#include "store/schema.h"

namespace okapi::engine {

void invoice_due(const Json& invoice, std::vector<store::Due>& due);

}  // namespace okapi::engine
