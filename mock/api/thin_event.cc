#include "api/thin_event.h"

#include <algorithm>
#include <map>

#include "api/catalogue.h"
#include "base/text.h"

namespace okapi::api {
namespace {

constexpr std::string_view thin_prefix = "evt_test_";
constexpr std::string_view snapshot_prefix = "evt_";

// Of objects that stand alone: "customer" to "/v1/customers/".
std::map<std::string_view, std::string_view> paths_by_kind() {
  std::map<std::string_view, std::string_view> paths;
  for (std::uint32_t i = 0; i < operation_count(); ++i) {
    const Operation operation(i);
    const std::string_view path = operation.path();
    const std::size_t hole = path.find('{');
    const bool by_own_id = hole != path.npos && path.find('}') == path.size() - 1;
    if (operation.method() != "GET" || operation.shape() != Shape::object || !by_own_id) continue;
    paths.try_emplace(operation.response_object(), path.substr(0, hole));
  }
  return paths;
}

Json related_object(const Json& object) {
  static const std::map<std::string_view, std::string_view> paths = paths_by_kind();
  const auto id = maybe_text(object, "id");
  const auto kind = maybe_text(object, "object");
  if (!id || !kind) return nullptr;
  const auto path = paths.find(*kind);
  if (path == paths.end()) return nullptr;
  return {{"id", *id}, {"type", *kind}, {"url", concat(path->second, *id)}};
}

}  // namespace

std::optional<std::string> snapshot_event_of(std::string_view thin_id) {
  if (!thin_id.starts_with(thin_prefix)) return std::nullopt;
  return concat(snapshot_prefix, thin_id.substr(thin_prefix.size()));
}

Json thin_twin(const store::Document& event) {
  const Json& snapshot = *event;
  Json twin = {{"id", concat(thin_prefix, event.id().substr(snapshot_prefix.size()))},
               {"object", "v2.core.event"},
               {"created", to_rfc3339(integer(snapshot, "created"))},
               {"livemode", false},
               {"snapshot_event", event.id()},
               {"type", concat("v1.", text(snapshot, "type"))}};
  if (Json related = related_object(snapshot.at("data").at("object")); !related.is_null()) {
    twin["related_object"] = std::move(related);
  }
  if (has(snapshot.at("request"), "id")) {
    const Json& request = snapshot.at("request");
    twin["reason"] = {{"request",
                       {{"id", request.at("id")},
                        {"idempotency_key", maybe_text(request, "idempotency_key").value_or("")}}},
                      {"type", "request"}};
  }
  return twin;
}

Json thin_notification(const store::Document& event) {
  Json notification = event.kind() == "event" ? thin_twin(event) : *event;
  for (const char* left_out : {"changes", "data", "snapshot_event"}) notification.erase(left_out);
  return notification;
}

}  // namespace okapi::api
