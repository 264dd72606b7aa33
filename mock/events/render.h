// Emitted names to event documents (api-conventions 11.1, subscriptions-invoices 6.1): data.object
// as it was at commit, previous_attributes as what the transaction changed. Rendered when first
// read.
#pragma once

#include <string>
#include <string_view>

#include "store/account.h"

namespace okapi::events {

// It is kept in the newest shape; `api_version` is the account's, which it will be read in.
[[nodiscard]] std::string render_event(const std::string& event_id,
                                       const store::EmittedEvent& event,
                                       const store::Origin& origin, std::string_view api_version);

}  // namespace okapi::events
