// Disputes (api-conventions 9). They come from charges with certain test cards: engine/disputes.
#include "engine/disputes.h"

#include "api/list.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "dispute";

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply update(api::Context& ctx) {
  return engine::submit_evidence(ctx.tx, api::require(ctx.tx, kind, ctx.path_id), ctx.params);
}

api::Reply close(api::Context& ctx) {
  return engine::close_dispute(ctx.tx, api::require(ctx.tx, kind, ctx.path_id), ctx.settings);
}

api::Reply list(api::Context& ctx) { return api::list_by_params(ctx, kind); }

}  // namespace

void register_disputes(api::Registry& registry) {
  registry.bind("disputes.retrieve", retrieve);
  registry.bind("disputes.update", update);
  registry.bind("disputes.close", close);
  registry.bind("disputes.list", list);
  registry.index(kind, "charge");
  registry.due(kind, engine::dispute_due);
}

}  // namespace okapi::resources
