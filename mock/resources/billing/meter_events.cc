#include "api/operation.h"
#include "engine/metering.h"

namespace okapi::resources {
namespace {

api::Reply create(api::Context& ctx) {
  const engine::UsageReport report{.event_name = text(ctx.params, "event_name"),
                                   .payload = ctx.params.at("payload"),
                                   .identifier = maybe_text(ctx.params, "identifier").value_or(""),
                                   .timestamp = maybe_integer(ctx.params, "timestamp")};
  const engine::AcceptedUsage accepted = engine::report_usage(ctx.tx, report);
  return Json{{"object", "billing.meter_event"},
              {"created", accepted.created},
              {"event_name", report.event_name},
              {"identifier", accepted.identifier},
              {"livemode", false},
              {"payload", report.payload},
              {"timestamp", accepted.timestamp}};
}

}  // namespace

void register_billing_meter_events(api::Registry& registry) {
  registry.bind("billing.meter_events.create", create);
}

}  // namespace okapi::resources
