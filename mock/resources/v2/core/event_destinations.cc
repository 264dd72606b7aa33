// Where v2 sends events (api-conventions 11.3): v1 events in full (snapshot), or thin notifications
// of either API. Deliveries are made by events/webhook_queue.h, like those of webhook endpoints.
#include <algorithm>

#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "api/render.h"
#include "api/url.h"
#include "base/text.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "v2.core.event_destination";
constexpr const char* ping_type = "v2.core.event_destination.ping";
constexpr int secret_length = 38;  // whsec_ and 32 characters

bool includes(const Json& params, std::string_view what) {
  if (!has(params, "include")) return false;
  return std::ranges::any_of(params.at("include"), [&](const Json& one) { return one == what; });
}

// Stripe: address and secret are told only to those who ask for them by name.
Json shown(const store::Document& destination, const Json& params) {
  Json answer = api::public_tree(destination);
  const Json& kept = destination->at("_webhook_endpoint");
  for (const char* name : {"signing_secret", "url"}) {
    if (includes(params, concat("webhook_endpoint.", name))) {
      answer["webhook_endpoint"][name] = kept.at(name);
    }
  }
  return answer;
}

std::string checked_url(const Json& params) {
  const Json& url = at_path(params, {"webhook_endpoint", "url"});
  if (!url.is_string()) throw api::missing_parameter("webhook_endpoint[url]");
  if (!api::parse_url(url.get<std::string>())) throw api::invalid_url("webhook_endpoint[url]");
  return url.get<std::string>();
}

void check_events(const Json& params, std::string_view payload) {
  const Json& events = params.at("enabled_events");
  if (events.empty()) throw api::missing_parameter("enabled_events");
  const std::vector<std::string_view> known =
      payload == "thin" ? api::v2_event_types() : api::event_types();
  for (std::size_t i = 0; i < events.size(); ++i) {
    const std::string type = events[i].get<std::string>();
    if (type == "*" || std::ranges::find(known, type) != known.end()) continue;
    throw api::invalid_request(concat("Invalid enabled_events[", std::to_string(i), "]: ", type,
                                      " is not an event type for ", payload, " payloads"),
                               concat("enabled_events[", std::to_string(i), "]"));
  }
}

void check_version(const Json& params, std::string_view payload) {
  const auto version = maybe_text(params, "snapshot_api_version");
  if (payload == "snapshot" && !version) throw api::missing_parameter("snapshot_api_version");
  if (!version) return;
  const std::vector<std::string_view> known = api::api_versions();
  if (std::ranges::find(known, *version) == known.end()) throw api::invalid_version(*version);
}

api::Reply create(api::Context& ctx) {
  const std::string& payload = text(ctx.params, "event_payload");
  if (text(ctx.params, "type") != "webhook_endpoint") {
    throw api::not_implemented("v2.core.event_destinations.create for Amazon and Azure");
  }
  check_events(ctx.params, payload);
  check_version(ctx.params, payload);
  const std::string url = checked_url(ctx.params);
  Json destination = api::default_object(ctx.tx, kind);
  const std::string now = to_rfc3339(ctx.now());
  destination.update({{"created", now},
                      {"description", maybe_text(ctx.params, "description").value_or("")},
                      {"enabled_events", ctx.params.at("enabled_events")},
                      {"event_payload", payload},
                      {"events_from", ctx.params.value("events_from", Json::array({"self"}))},
                      {"name", ctx.params.at("name")},
                      {"status", "enabled"},
                      {"type", "webhook_endpoint"},
                      {"updated", now}});
  if (payload == "snapshot") {
    destination["snapshot_api_version"] = ctx.params.at("snapshot_api_version");
  }
  api::merge_metadata(destination, ctx.params);
  destination["_webhook_endpoint"] = {{"signing_secret", ctx.tx.new_id("whsec_", secret_length)},
                                      {"url", url}};
  return shown(ctx.tx.insert(std::move(destination)), ctx.params);
}

api::Reply retrieve(api::Context& ctx) {
  return shown(api::require(ctx.tx, kind, ctx.path_id), ctx.params);
}

api::Reply update(api::Context& ctx) {
  const store::Document destination = api::require(ctx.tx, kind, ctx.path_id);
  if (has(ctx.params, "enabled_events")) {
    check_events(ctx.params, text(*destination, "event_payload"));
  }
  const bool moves = has(ctx.params, "webhook_endpoint");
  const std::string url = moves ? checked_url(ctx.params) : std::string();
  const store::Document updated = ctx.tx.update(destination, [&](Json& edited) {
    api::assign_params(edited, ctx.params, {"description", "enabled_events", "name"});
    api::merge_metadata(edited, ctx.params);
    if (moves) edited["_webhook_endpoint"]["url"] = url;
    edited["updated"] = to_rfc3339(ctx.now());
  });
  return shown(updated, ctx.params);
}

api::Reply list(api::Context& ctx) {
  api::Page page = api::list_documents(ctx, {.kind = kind});
  for (const store::Document& destination : std::exchange(page.documents, {})) {
    page.trees.push_back(shown(destination, ctx.params));
  }
  return page;
}

api::Reply del(api::Context& ctx) {
  const store::Document destination = api::require(ctx.tx, kind, ctx.path_id);
  ctx.tx.erase(destination);
  return Json{{"id", ctx.path_id}, {"object", kind}};
}

api::Reply set_status(api::Context& ctx, const char* status) {
  const store::Document destination = api::require(ctx.tx, kind, ctx.path_id);
  const bool disabled = status == std::string_view("disabled");
  const store::Document updated = ctx.tx.update(destination, [&](Json& edited) {
    edited["status"] = status;
    edited.erase("status_details");
    if (disabled) edited["status_details"] = {{"disabled", {{"reason", "user"}}}};
    edited["updated"] = to_rfc3339(ctx.now());
  });
  return shown(updated, ctx.params);
}

api::Reply disable(api::Context& ctx) { return set_status(ctx, "disabled"); }
api::Reply enable(api::Context& ctx) { return set_status(ctx, "enabled"); }

api::Reply ping(api::Context& ctx) {
  const store::Document destination = api::require(ctx.tx, kind, ctx.path_id);
  Json event = api::default_object(ctx.tx, "v2.core.event");
  event.update({{"created", to_rfc3339(ctx.now())},
                {"related_object",
                 {{"id", destination.id()},
                  {"type", kind},
                  {"url", concat("/v2/core/event_destinations/", destination.id())}}},
                {"type", ping_type}});
  return ctx.tx.insert(std::move(event));
}

}  // namespace

void register_v2_core_event_destinations(api::Registry& registry) {
  registry.bind("v2.core.event_destinations.create", create);
  registry.bind("v2.core.event_destinations.retrieve", retrieve);
  registry.computed("v2.core.event_destinations.retrieve");
  registry.bind("v2.core.event_destinations.update", update);
  registry.bind("v2.core.event_destinations.list", list);
  registry.bind("v2.core.event_destinations.del", del);
  registry.bind("v2.core.event_destinations.disable", disable);
  registry.bind("v2.core.event_destinations.enable", enable);
  registry.bind("v2.core.event_destinations.ping", ping);
}

}  // namespace okapi::resources
