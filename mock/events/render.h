// Emitted names to event documents (api-conventions 11.1, subscriptions-invoices 6.1): data.object
// as it was at commit, previous_attributes as what the transaction changed. Rendered when first
// read.
#pragma once

#include <string>

#include "store/account.h"

namespace okapi::events {

[[nodiscard]] std::string render_event(const std::string& event_id,
                                       const store::EmittedEvent& event,
                                       const store::Origin& origin);
// The old values of what differs, nested objects cut to the changed keys, arrays whole.
[[nodiscard]] Json previous_attributes(const Json& before, const Json& after);

}  // namespace okapi::events
