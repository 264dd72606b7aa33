// Confirmation tokens, and the helper that makes one without a browser.
#include "engine/confirmation_tokens.h"

#include "api/operation.h"

namespace okapi::resources {
namespace {

api::Reply retrieve(api::Context& ctx) {
  return api::require(ctx.tx, "confirmation_token", ctx.path_id);
}

api::Reply create(api::Context& ctx) {
  return engine::create_confirmation_token(ctx.tx, ctx.params);
}

}  // namespace

void register_confirmation_tokens(api::Registry& registry) {
  registry.bind("confirmation_tokens.retrieve", retrieve);
  registry.bind("test_helpers.confirmation_tokens.create", create);
}

}  // namespace okapi::resources
