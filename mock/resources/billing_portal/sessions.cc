// Sessions of the customer portal (api-conventions 10.2). Their pages stand in hosted/.
#include "engine/portal.h"

namespace okapi::resources {
namespace {

api::Reply create(api::Context& ctx) {
  return engine::create_portal_session(ctx.tx, ctx.params, ctx.base_url);
}

}  // namespace

void register_billing_portal_sessions(api::Registry& registry) {
  registry.bind("billing_portal.sessions.create", create);
}

}  // namespace okapi::resources
