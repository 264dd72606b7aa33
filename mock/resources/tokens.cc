// Tokens: cards and bank accounts on their way from a browser (api-conventions 9).
#include "api/operation.h"
#include "engine/legacy_sources.h"

namespace okapi::resources {
namespace {

api::Reply create(api::Context& ctx) { return engine::create_token(ctx.tx, ctx.params); }

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, "token", ctx.path_id); }

}  // namespace

void register_tokens(api::Registry& registry) {
  registry.bind("tokens.create", create);
  registry.bind("tokens.retrieve", retrieve);
}

}  // namespace okapi::resources
