#include "api/operation.h"
#include "engine/metering.h"

namespace okapi::resources {
namespace {

api::Reply create(api::Context& ctx) {
  const std::string identifier = text(ctx.params.at("cancel"), "identifier");
  engine::cancel_usage(ctx.tx, text(ctx.params, "event_name"), identifier);
  Json adjustment = api::default_object(ctx.tx, "v2.billing.meter_event_adjustment");
  adjustment.update({{"cancel", {{"identifier", identifier}}},
                     {"created", to_rfc3339(ctx.now())},
                     {"event_name", ctx.params.at("event_name")},
                     {"status", "pending"},
                     {"type", "cancel"}});
  return adjustment;
}

}  // namespace

void register_v2_billing_meter_event_adjustments(api::Registry& registry) {
  registry.bind("v2.billing.meter_event_adjustments.create", create);
}

}  // namespace okapi::resources
