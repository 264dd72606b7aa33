#include "api/error.h"
#include "api/operation.h"
#include "engine/metering.h"

namespace okapi::resources {
namespace {

// The effect is immediate; the answer says `pending`, as Stripe's, which works on it afterwards.
api::Reply create(api::Context& ctx) {
  const std::string event_name = text(ctx.params, "event_name");
  const Json& identifier = at_path(ctx.params, {"cancel", "identifier"});
  if (identifier.is_null()) throw api::missing_parameter("cancel[identifier]");
  engine::cancel_usage(ctx.tx, event_name, identifier.get<std::string>());
  return Json{{"object", "billing.meter_event_adjustment"},
              {"cancel", {{"identifier", identifier}}},
              {"event_name", event_name},
              {"livemode", false},
              {"status", "pending"},
              {"type", ctx.params.at("type")}};
}

}  // namespace

void register_billing_meter_event_adjustments(api::Registry& registry) {
  registry.bind("billing.meter_event_adjustments.create", create);
}

}  // namespace okapi::resources
