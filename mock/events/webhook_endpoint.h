// What a stored webhook endpoint, or an event destination of v2, says about deliveries: where to,
// which events, in which shape.
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
  std::uint64_t since = 0;            // events of a greater sequence are its business
  std::string_view source = "event";  // the kind of these events
  bool thin = false;                  // sent as notifications, see api/thin_event.h
  bool listens = false;               // a client on a connection of its own: nothing is tried again
  // What keeps its order: one endpoint may take events of two kinds, and in two shapes.
  [[nodiscard]] std::string line() const;
};

// The webhook endpoints and event destinations of the account that are enabled, oldest first.
[[nodiscard]] std::vector<WebhookEndpoint> enabled_endpoints(const store::State& state);
// Whether there is any, enabled or not; costs nothing.
[[nodiscard]] bool has_endpoints(const store::Account& account);
// The events that go to v2's destinations are of two kinds: the twins of v1's, and v2's own.
[[nodiscard]] std::vector<WebhookEndpoint> thin_endpoints(WebhookEndpoint endpoint);

// The type under which the endpoint gets an event of that type: a twin's has "v1." before it.
[[nodiscard]] std::string type_for(const WebhookEndpoint& endpoint, std::string_view event_type);
[[nodiscard]] std::string_view type_of(const store::Document& event);
// "*" means all but the few that must be named.
[[nodiscard]] bool wants(const WebhookEndpoint& endpoint, const store::Document& event);
// The body of a delivery: the event in the endpoint's version, else in the one it was made for,
// pretty-printed as Stripe sends it. The state is where older shapes are completed from.
[[nodiscard]] std::string delivery_body(const store::Document& event,
                                        const WebhookEndpoint& endpoint,
                                        std::size_t pending_webhooks,
                                        const std::shared_ptr<const store::State>& state);

}  // namespace okapi::events
