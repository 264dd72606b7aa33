// pause_schedules of a subscription schedule: when its subscription is paused, and when it goes on
// (endive; types).
#pragma once

#include <string>
#include <vector>

#include "api/operation.h"

namespace okapi::engine {

// The `pause_schedules` parameter over what is stored; null clears. At most one.
[[nodiscard]] Json read_pause_schedules(store::Transaction& tx, const Json& params,
                                        const Json& before);

void pause_schedules_due(const Json& schedule, const std::string& clock,
                         std::vector<store::Due>& due);
// Steps of time. What the subscription refuses is kept as the pause's status.
void pause_by_schedule(store::Transaction& tx, const store::Document& schedule,
                       const api::Settings& settings);
void resume_by_schedule(store::Transaction& tx, const store::Document& schedule,
                        const api::Settings& settings);

}  // namespace okapi::engine
