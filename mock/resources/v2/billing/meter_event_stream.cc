#include "api/error.h"
#include "api/operation.h"
#include "engine/event_sessions.h"
#include "engine/usage_errors.h"

namespace okapi::resources {
namespace {

constexpr std::size_t most_events = 100;

engine::UsageReport read_event(api::Context& ctx, const Json& event) {
  engine::UsageReport report = engine::read_usage_report(event);
  // Error reports name an event by its identifier, so each has one before it is looked at.
  if (report.identifier.empty()) report.identifier = ctx.tx.new_id("", 32);
  return report;
}

// Stripe: nothing about an event fails the request; what cannot be counted is reported later.
api::Reply create(api::Context& ctx) {
  std::string_view bearer = api::header(ctx.request.headers, "Authorization");
  if (bearer.starts_with("Bearer ")) bearer.remove_prefix(7);
  engine::check_event_session(ctx.tx, bearer);
  const Json& events = ctx.params.at("events");
  if (events.size() > most_events) {
    api::ApiError refusal = api::too_many_items("events", most_events);
    refusal.code = "invalid_fields";
    throw refusal;
  }
  const Seconds now = ctx.now();
  std::vector<engine::RejectedUsage> rejected;
  for (const Json& event : events) {
    engine::UsageReport report = read_event(ctx, event);
    auto outcome = engine::try_report_usage(ctx.tx, report);
    ctx.tx.set_now(now);  // a customer on a test clock has moved it
    if (auto* refusal = std::get_if<engine::UsageRefusal>(&outcome)) {
      rejected.push_back({.report = std::move(report), .refusal = std::move(*refusal)});
    }
  }
  engine::keep_rejected_usage(ctx.tx, rejected);
  return Json();
}

}  // namespace

void register_v2_billing_meter_event_stream(api::Registry& registry) {
  registry.bind("v2.billing.meter_event_stream.create", create);
}

}  // namespace okapi::resources
