// What okapi saw and did, for control paths: requests, events, figures. Pure reading.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/request.h"
#include "base/json.h"
#include "server/accounts.h"
#include "server/request_log.h"

namespace okapi::server {

// {"data": […], "has_more"}: newest first, each with the curl command that sends it again. Filters:
// method, path ("*" stands for any text), operation, status, error_code, limit.
[[nodiscard]] Json observed_requests(const api::Request& request, const RequestLog& log,
                                     std::string_view account, std::string_view base_url,
                                     std::string_view key);
[[nodiscard]] Json shown_request(const RequestRecord& record, std::string_view base_url,
                                 std::string_view key);
// {"data": […], "has_more"}: the account's event objects, newest first. Filters: type
// ("invoice.*"), object (the id the event is about), limit, starting_after.
[[nodiscard]] Json observed_events(const api::Request& request, World& world);
// Prometheus text.
[[nodiscard]] std::string metrics_text(Accounts& accounts, const RequestLog& log,
                                       std::int64_t up_microseconds);

}  // namespace okapi::server
