#include "api/operation.h"
#include "engine/event_sessions.h"

namespace okapi::resources {
namespace {

api::Reply create(api::Context& ctx) {
  const engine::EventSession session = engine::open_event_session(ctx.tx);
  Json answer = api::default_object(ctx.tx, "v2.billing.meter_event_session");
  answer.update({{"authentication_token", session.token},
                 {"created", to_rfc3339(ctx.now())},
                 {"expires_at", to_rfc3339(session.expires_at)}});
  return answer;
}

}  // namespace

void register_v2_billing_meter_event_session(api::Registry& registry) {
  registry.bind("v2.billing.meter_event_session.create", create);
}

}  // namespace okapi::resources
