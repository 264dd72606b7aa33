#include "api/operation.h"
#include "engine/late_usage.h"
#include "engine/metering.h"

namespace okapi::resources {
namespace {

api::Reply create(api::Context& ctx) {
  const engine::UsageReport report = engine::read_usage_report(ctx.params);
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
  registry.due("okapi.late_usage", engine::late_usage_due);
}

}  // namespace okapi::resources
