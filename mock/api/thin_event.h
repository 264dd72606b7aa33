// Events as v2 tells them (api-conventions 11.3): each event of v1 has a thin twin, "v1." before
// its type, which names the object and leaves it to the receiver to ask for it. The twin is not
// stored: its id is that of the event with another prefix, its content follows from the event.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "store/document.h"

namespace okapi::api {

// The id of the event whose twin this is; empty for an id of another kind.
[[nodiscard]] std::optional<std::string> snapshot_event_of(std::string_view thin_id);
// As GET /v2/core/events/{id} answers it.
[[nodiscard]] Json thin_twin(const store::Document& event);
// What a receiver is sent, of an event of v1 or of v2: no data, no changes.
[[nodiscard]] Json thin_notification(const store::Document& event);

}  // namespace okapi::api
