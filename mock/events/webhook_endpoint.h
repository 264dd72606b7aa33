// What a stored webhook endpoint says about deliveries: where to, which events, in which shape.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/account.h"

namespace okapi::events {

struct WebhookEndpoint {
  std::string id;
  std::string url;
  std::string secret;
  std::string api_version;  // empty: the account's
  std::vector<std::string> enabled_events;
  std::uint64_t since = 0;  // events of a greater sequence are its business
};

// The endpoints of the account that are enabled, oldest first.
[[nodiscard]] std::vector<WebhookEndpoint> enabled_endpoints(const store::State& state);

// "*" means all but the few that must be named.
[[nodiscard]] bool wants(const WebhookEndpoint& endpoint, std::string_view event_type);

[[nodiscard]] std::string_view type_of(const store::Document& event);
// The body of a delivery: the event in the endpoint's version, else in the one it was made for,
// pretty-printed as Stripe sends it. The state is where older shapes are completed from.
[[nodiscard]] std::string delivery_body(const store::Document& event,
                                        const WebhookEndpoint& endpoint,
                                        std::size_t pending_webhooks,
                                        const std::shared_ptr<const store::State>& state);

}  // namespace okapi::events
