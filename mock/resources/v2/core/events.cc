// Thin events: those that v2 itself makes are stored, the twins of v1's are told from the events
// they belong to (api/thin_event.h).
#include <algorithm>

#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "api/thin_event.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "v2.core.event";

api::Reply retrieve(api::Context& ctx) {
  if (const store::Document stored = ctx.tx.find(kind, ctx.path_id)) return stored;
  if (const auto snapshot = api::snapshot_event_of(ctx.path_id)) {
    if (const store::Document event = ctx.tx.find("event", *snapshot)) {
      return api::thin_twin(event);
    }
  }
  return api::require(ctx.tx, kind, ctx.path_id);
}

bool is_about(const Json& event, const Json& params) {
  if (has(params, "types")) {
    const Json& types = params.at("types");
    if (std::ranges::find(types, event.at("type")) == types.end()) return false;
  }
  const auto object = maybe_text(params, "object_id");
  if (object && at_path(event, {"related_object", "id"}) != *object) return false;
  if (!has(params, "created")) return true;
  const auto at = parse_time(text(event, "created"));
  return at && api::in_range(params.at("created"), *at);
}

// Differs: the twins are listed when types or an object are named; every change of everything would
// bury what v2 has to say itself.
api::Reply list(api::Context& ctx) {
  if (!has(ctx.params, "types") && !has(ctx.params, "object_id")) {
    return api::list_by_params(ctx, kind);
  }
  std::vector<std::pair<std::uint64_t, Json>> found;
  ctx.tx.scan_down(kind, 0, [&](const store::Document& event) {
    if (is_about(*event, ctx.params)) found.emplace_back(event.sequence(), *event);
    return true;
  });
  ctx.tx.scan_down("event", 0, [&](const store::Document& event) {
    Json twin = api::thin_twin(event);
    if (is_about(twin, ctx.params)) found.emplace_back(event.sequence(), std::move(twin));
    return true;
  });
  std::ranges::sort(found, std::greater(), &std::pair<std::uint64_t, Json>::first);
  std::vector<Json> rows;
  rows.reserve(found.size());
  for (auto& [sequence, row] : found) rows.push_back(std::move(row));
  return api::page_of(ctx, std::move(rows));
}

}  // namespace

void register_v2_core_events(api::Registry& registry) {
  registry.bind("v2.core.events.retrieve", retrieve);
  registry.bind("v2.core.events.list", list);
}

}  // namespace okapi::resources
