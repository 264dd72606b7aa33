// Previews: what the next invoice would be, by the same composition that makes it, rehearsed and
// undone (subscriptions-invoices 3.8).
#pragma once

#include "api/operation.h"

namespace okapi::engine {

// The answer to POST /v1/invoices/create_preview.
[[nodiscard]] Json preview_invoice(api::Context& ctx);

}  // namespace okapi::engine
