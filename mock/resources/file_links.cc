#include "engine/file_links.h"

#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "file_link";

api::Reply create(api::Context& ctx) {
  const std::string& file = text(ctx.params, "file");
  (void)api::require_param(ctx.tx, "file", file, "file");
  return engine::create_file_link(ctx, file, ctx.params);
}

api::Reply retrieve(api::Context& ctx) {
  return engine::file_link_now(api::require(ctx.tx, kind, ctx.path_id), ctx.now());
}

api::Reply update(api::Context& ctx) {
  const store::Document link = api::require(ctx.tx, kind, ctx.path_id);
  const store::Document updated = ctx.tx.update(link, [&](Json& edited) {
    api::merge_metadata(edited, ctx.params);
    if (!ctx.params.contains("expires_at")) return;
    const Json& at = ctx.params.at("expires_at");
    edited["expires_at"] = at == "now" ? Json(ctx.now()) : at;
  });
  return engine::file_link_now(updated, ctx.now());
}

api::Reply list(api::Context& ctx) {
  std::vector<Json> rows;
  ctx.tx.scan_down(kind, 0, [&](const store::Document& link) {
    Json shown = engine::file_link_now(link, ctx.now());
    const auto file = maybe_text(ctx.params, "file");
    const bool other_file = file && shown.at("file") != *file;
    const bool other_state =
        has(ctx.params, "expired") && shown.at("expired") != ctx.params.at("expired");
    const bool other_time = has(ctx.params, "created") &&
                            !api::in_range(ctx.params.at("created"), integer(shown, "created"));
    if (!other_file && !other_state && !other_time) rows.push_back(std::move(shown));
    return true;
  });
  return api::page_of(ctx, std::move(rows));
}

}  // namespace

void register_file_links(api::Registry& registry) {
  registry.bind("file_links.create", create);
  registry.bind("file_links.retrieve", retrieve);
  registry.computed("file_links.retrieve");
  registry.bind("file_links.update", update);
  registry.bind("file_links.list", list);
}

}  // namespace okapi::resources
