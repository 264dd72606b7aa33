#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "base/text.h"

namespace okapi::resources {
namespace {

constexpr std::string_view kind = "billing.meter";

// Stripe: among the active meters an event name is unique (meters/configure). Guess: an inactive
// meter's name may be used again, and the old meter then cannot come back.
void check_event_name(const store::Transaction& tx, const std::string& event_name) {
  for (const store::Document& meter : tx.where(kind, "event_name", event_name)) {
    if (text(*meter, "status") != "active") continue;
    throw api::invalid_request(
        concat("There is already an active meter with event_name `", event_name, "`."),
        "event_name");
  }
}

api::Reply create(api::Context& ctx) {
  check_event_name(ctx.tx, text(ctx.params, "event_name"));
  Json meter = api::default_object(ctx.tx, kind);
  meter.update(
      {{"created", ctx.now()},
       {"customer_mapping", {{"event_payload_key", "stripe_customer_id"}, {"type", "by_id"}}},
       {"event_time_window", nullptr},
       {"status", "active"},
       {"status_transitions", {{"deactivated_at", nullptr}}},
       {"updated", ctx.now()},
       {"value_settings", {{"event_payload_key", "value"}}}});
  api::assign_params(meter, ctx.params,
                     {"customer_mapping", "default_aggregation", "display_name", "event_name",
                      "event_time_window", "value_settings"});
  const store::Document created = ctx.tx.insert(std::move(meter));
  ctx.tx.emit("billing.meter.created", created);
  return created;
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply update(api::Context& ctx) {
  const store::Document meter = api::require(ctx.tx, kind, ctx.path_id);
  const store::Document updated = ctx.tx.update(meter, [&](Json& edited) {
    const Json before = edited;
    api::assign_params(edited, ctx.params, {"display_name"});
    if (edited != before) edited["updated"] = ctx.now();
  });
  if (!(updated == meter)) ctx.tx.emit("billing.meter.updated", updated);
  return updated;
}

api::Reply list(api::Context& ctx) {
  const std::optional<std::string> status = maybe_text(ctx.params, "status");
  api::ListQuery query{.kind = kind};
  query.matches = api::if_asked(
      ctx, [&](const Json& meter) { return !status || text(meter, "status") == *status; });
  return api::list_documents(ctx, query);
}

struct Transition {
  const char* status;
  const char* event;
  Json deactivated_at;
};

api::Reply set_status(api::Context& ctx, const store::Document& meter,
                      const Transition& transition) {
  // Guess: repeating a transition is refused, as for other states of Stripe's objects.
  if (text(*meter, "status") == transition.status) {
    throw api::invalid_request(
        concat("The meter `", meter.id(), "` is already ", transition.status, "."));
  }
  const store::Document updated = ctx.tx.update(meter, [&](Json& edited) {
    edited["status"] = transition.status;
    edited["status_transitions"]["deactivated_at"] = transition.deactivated_at;
    edited["updated"] = ctx.now();
  });
  ctx.tx.emit(transition.event, updated);
  return updated;
}

api::Reply deactivate(api::Context& ctx) {
  const store::Document meter = api::require(ctx.tx, kind, ctx.path_id);
  return set_status(
      ctx, meter,
      {.status = "inactive", .event = "billing.meter.deactivated", .deactivated_at = ctx.now()});
}

api::Reply reactivate(api::Context& ctx) {
  const store::Document meter = api::require(ctx.tx, kind, ctx.path_id);
  if (text(*meter, "status") == "inactive") {
    check_event_name(ctx.tx, text(*meter, "event_name"));
  }
  return set_status(
      ctx, meter,
      {.status = "active", .event = "billing.meter.reactivated", .deactivated_at = nullptr});
}

}  // namespace

void register_billing_meters(api::Registry& registry) {
  registry.bind("billing.meters.create", create);
  registry.bind("billing.meters.retrieve", retrieve);
  registry.bind("billing.meters.update", update);
  registry.bind("billing.meters.list", list);
  registry.bind("billing.meters.deactivate", deactivate);
  registry.bind("billing.meters.reactivate", reactivate);
  registry.index(kind, "event_name");
}

}  // namespace okapi::resources
