#include "events/webhook_endpoint.h"

#include <algorithm>

#include "api/render.h"
#include "api/thin_event.h"
#include "api/version.h"
#include "base/check.h"
#include "base/text.h"
#include "store/committed.h"

namespace okapi::events {
namespace {

// Stripe: "*" is every event "except those that require explicit selection" (webhook endpoints).
constexpr std::string_view named_only[] = {
    "payment_intent.partially_funded",
    "checkout.session.line_items.updated",
};

WebhookEndpoint read_endpoint(const store::Document& document) {
  WebhookEndpoint endpoint = {.id = document.id(),
                              .url = text(*document, "url"),
                              .secret = text(*document, "_secret"),
                              .api_version = maybe_text(*document, "api_version").value_or(""),
                              .enabled_events = {},
                              .since = document.sequence()};
  for (const Json& type : document->at("enabled_events")) {
    endpoint.enabled_events.push_back(type.get<std::string>());
  }
  return endpoint;
}

std::vector<WebhookEndpoint> read_destination(const store::Document& document) {
  WebhookEndpoint endpoint = {
      .id = document.id(),
      .url = text(document->at("_webhook_endpoint"), "url"),
      .secret = text(document->at("_webhook_endpoint"), "signing_secret"),
      .api_version = maybe_text(*document, "snapshot_api_version").value_or(""),
      .enabled_events = {},
      .since = document.sequence()};
  for (const Json& type : document->at("enabled_events")) {
    endpoint.enabled_events.push_back(type.get<std::string>());
  }
  if (text(*document, "event_payload") == "snapshot") {
    WebhookEndpoint pinged = thin_endpoints(endpoint).back();
    pinged.enabled_events.clear();
    return {std::move(endpoint), std::move(pinged)};
  }
  return thin_endpoints(std::move(endpoint));
}

// The last member of that name in compact text; the event's own members stand after data.
void replace_member(std::string& out, std::string_view name, std::string_view value) {
  const std::string key = concat("\"", name, "\":");
  const std::size_t at = out.rfind(key);
  OKAPI_CHECK(at != std::string::npos);
  const std::size_t begin = at + key.size();
  out.replace(begin, out.find(',', begin) - begin, value);
}

}  // namespace

std::vector<WebhookEndpoint> enabled_endpoints(const store::State& state) {
  std::vector<WebhookEndpoint> endpoints;
  store::scan_committed(state, "webhook_endpoint", 0, [&](const store::Document& document) {
    if (text(*document, "status") == "enabled") endpoints.push_back(read_endpoint(document));
    return true;
  });
  store::scan_committed(state, "v2.core.event_destination", 0, [&](const auto& document) {
    if (text(*document, "status") != "enabled") return true;
    for (WebhookEndpoint& one : read_destination(document)) endpoints.push_back(std::move(one));
    return true;
  });
  return endpoints;
}

bool has_endpoints(const store::Account& account) {
  return account.count("webhook_endpoint") + account.count("v2.core.event_destination") != 0;
}

std::vector<WebhookEndpoint> thin_endpoints(WebhookEndpoint endpoint) {
  endpoint.thin = true;
  endpoint.source = "event";
  WebhookEndpoint of_v2 = endpoint;
  of_v2.source = "v2.core.event";
  return {std::move(endpoint), std::move(of_v2)};
}

std::string WebhookEndpoint::line() const {
  return concat(id, " ", source, thin ? " thin " : " ", api_version);
}

std::string type_for(const WebhookEndpoint& endpoint, std::string_view event_type) {
  return concat(endpoint.thin && endpoint.source == "event" ? "v1." : "", event_type);
}

bool wants(const WebhookEndpoint& endpoint, const store::Document& event) {
  const std::string type = type_for(endpoint, type_of(event));
  // A ping is for the one that it tries, whatever that is subscribed to.
  if (type == "v2.core.event_destination.ping") {
    return text(event->at("related_object"), "id") == endpoint.id;
  }
  return std::ranges::any_of(endpoint.enabled_events, [&](const std::string& enabled) {
    if (enabled == type) return true;
    return enabled == "*" && std::ranges::find(named_only, type) == std::end(named_only);
  });
}

// `type` is the last member of an event, see events/render.cc.
std::string_view type_of(const store::Document& event) {
  const std::string_view compact = event.text();
  constexpr std::string_view key = "\"type\":\"";
  const std::size_t at = compact.rfind(key);
  OKAPI_CHECK(at != compact.npos);
  const std::string_view rest = compact.substr(at + key.size());
  return rest.substr(0, rest.find('"'));
}

std::string delivery_body(const store::Document& event, const WebhookEndpoint& endpoint,
                          std::size_t pending_webhooks,
                          const std::shared_ptr<const store::State>& state) {
  if (endpoint.thin) return to_pretty(api::thin_notification(event));
  std::string compact = event.text();
  replace_member(compact, "pending_webhooks", std::to_string(pending_webhooks));
  if (api::is_older_event(event) || !api::is_newest(endpoint.api_version)) {
    Json tree = parse_stored(compact);
    const std::string version =
        endpoint.api_version.empty() ? text(tree, "api_version") : endpoint.api_version;
    api::walk_back_event(tree, version, api::lookup_in(state));
    compact = to_compact(tree);
  }
  std::string out;
  append_pretty(out, compact, 0);
  return out;
}

}  // namespace okapi::events
