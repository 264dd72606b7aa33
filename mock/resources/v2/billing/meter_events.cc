#include "api/operation.h"
#include "engine/metering.h"

namespace okapi::resources {
namespace {

// Validated at once like its v1 twin, with times as v2 writes them.
api::Reply create(api::Context& ctx) {
  const engine::UsageReport report = engine::read_usage_report(ctx.params);
  const engine::AcceptedUsage accepted = engine::report_usage(ctx.tx, report);
  return Json{{"object", "v2.billing.meter_event"},
              {"created", to_rfc3339(accepted.created)},
              {"event_name", report.event_name},
              {"identifier", accepted.identifier},
              {"livemode", false},
              {"payload", report.payload},
              {"timestamp", to_rfc3339(accepted.timestamp)}};
}

}  // namespace

void register_v2_billing_meter_events(api::Registry& registry) {
  registry.bind("v2.billing.meter_events.create", create);
}

}  // namespace okapi::resources
