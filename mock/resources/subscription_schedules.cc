// Subscription schedules (subscriptions-invoices 4.3). What they do to subscriptions stands in
// engine/schedules.
#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "engine/clock.h"
#include "engine/new_subscription.h"
#include "engine/schedules/end.h"
#include "engine/schedules/schedule.h"
#include "engine/settings.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "subscription_schedule";

void enter_time_of_customer(api::Context& ctx, const std::string& id) {
  if (const store::Document customer = ctx.tx.find("customer", id)) {
    engine::enter_time_of(ctx.tx, *customer);
  }
}

store::Document enter_schedule(api::Context& ctx) {
  store::Document schedule = api::require(ctx.tx, kind, ctx.path_id);
  enter_time_of_customer(ctx, text(*schedule, "customer"));
  return schedule;
}

api::Reply create(api::Context& ctx) {
  if (const auto customer = maybe_text(ctx.params, "customer")) {
    enter_time_of_customer(ctx, *customer);
    if (const store::Document owner = ctx.tx.find("customer", *customer)) {
      engine::check_room_for_subscription(ctx.tx, owner, ctx.settings);
    }
  }
  if (const auto id = maybe_text(ctx.params, "from_subscription")) {
    if (const store::Document subscription = ctx.tx.find("subscription", *id)) {
      enter_time_of_customer(ctx, text(*subscription, "customer"));
    }
  }
  return engine::create_schedule(ctx.tx, ctx.params, ctx.version, engine::settings_of(ctx));
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply update(api::Context& ctx) {
  return engine::update_schedule(ctx.tx, enter_schedule(ctx), ctx.params, engine::settings_of(ctx));
}

api::Reply cancel(api::Context& ctx) {
  return engine::cancel_schedule(ctx.tx, enter_schedule(ctx), ctx.params, engine::settings_of(ctx));
}

api::Reply release(api::Context& ctx) {
  const store::Document schedule = enter_schedule(ctx);
  engine::check_in_force(*schedule, "release", "released");
  return engine::release_schedule(ctx.tx, schedule,
                                  maybe_boolean(ctx.params, "preserve_cancel_date"));
}

api::Reply list(api::Context& ctx) {
  const Json& params = ctx.params;
  for (const char* name : {"completed_at", "released_at", "canceled_at"}) {
    if (has(params, "scheduled") && has(params, name)) {
      throw api::only_one_of({name, "scheduled"});
    }
  }
  api::ListQuery query = {.kind = kind};
  if (const auto customer = maybe_text(params, "customer")) {
    query.index_field = "customer";
    query.index_value = params.at("customer").get_ref<const std::string&>();
  } else {
    query.shows = [](const store::Document& schedule) {
      return !engine::is_on_test_clock(schedule);
    };
  }
  query.matches = api::if_asked(ctx, [&](const Json& schedule) {
    for (const char* moment : {"canceled_at", "completed_at", "created", "released_at"}) {
      if (!has(params, moment)) continue;
      const auto at = maybe_integer(schedule, moment);
      if (!at || !api::in_range(params.at(moment), *at)) return false;
    }
    return !maybe_boolean(params, "scheduled") || text(schedule, "status") == "not_started";
  });
  return api::list_documents(ctx, query);
}

}  // namespace

void register_subscription_schedules(api::Registry& registry) {
  registry.bind("subscription_schedules.create", create);
  registry.bind("subscription_schedules.retrieve", retrieve);
  registry.bind("subscription_schedules.update", update);
  registry.bind("subscription_schedules.cancel", cancel);
  registry.bind("subscription_schedules.release", release);
  registry.bind("subscription_schedules.list", list);
  registry.index(kind, "customer");
  registry.due(kind, engine::schedule_due);
}

}  // namespace okapi::resources
