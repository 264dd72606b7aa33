#include "engine/schedules/end.h"

#include "api/error.h"
#include "base/check.h"
#include "engine/end_time.h"

namespace okapi::engine {
namespace {

const char* event_of(ScheduleEnd how) {
  using enum ScheduleEnd;
  switch (how) {
    case canceled:
      return "subscription_schedule.canceled";
    case completed:
      return "subscription_schedule.completed";
    case aborted:
      return "subscription_schedule.aborted";
  }
  OKAPI_UNREACHABLE();
}

}  // namespace

bool is_in_force(const Json& schedule) {
  const std::string& status = text(schedule, "status");
  return status == "not_started" || status == "active";
}

void check_in_force(const Json& schedule, const std::string& verb, const std::string& participle) {
  if (is_in_force(schedule)) return;
  throw api::invalid_request(
      "You cannot " + verb + " a subscription schedule that is currently in the `" +
          text(schedule, "status") + "` status. It must be in `not_started, active` status to be " +
          participle + ".",
      "schedule");
}

store::Document end_schedule(store::Transaction& tx, const store::Document& schedule,
                             ScheduleEnd how) {
  const bool completed = how == ScheduleEnd::completed;
  store::Document ended = tx.update(schedule, [&](Json& edited) {
    edited["status"] = completed ? "completed" : "canceled";
    edited[completed ? "completed_at" : "canceled_at"] = tx.now();
    edited["current_phase"] = nullptr;
  });
  tx.emit(event_of(how), ended);
  return ended;
}

void end_schedule_of(store::Transaction& tx, const Json& subscription, ScheduleEnd how) {
  const auto id = maybe_text(subscription, "schedule");
  const store::Document schedule = id ? tx.find("subscription_schedule", *id) : store::Document();
  if (schedule && is_in_force(*schedule)) end_schedule(tx, schedule, how);
}

void cancel_schedules_of(store::Transaction& tx, std::string_view customer) {
  for (const store::Document& schedule : tx.where("subscription_schedule", "customer", customer)) {
    if (is_in_force(*schedule)) end_schedule(tx, schedule, ScheduleEnd::canceled);
  }
}

store::Document release_schedule(store::Transaction& tx, const store::Document& schedule,
                                 bool preserve_cancel_date) {
  const Json subscription_id = schedule->at("subscription");
  store::Document released = tx.update(schedule, [&](Json& edited) {
    edited["status"] = "released";
    edited["released_at"] = tx.now();
    edited["released_subscription"] = subscription_id;
    edited["subscription"] = nullptr;
    edited["current_phase"] = nullptr;
  });
  tx.emit("subscription_schedule.updated", released);
  if (subscription_id.is_string()) {
    const store::Document subscription =
        tx.find("subscription", subscription_id.get<std::string>());
    OKAPI_CHECK(static_cast<bool>(subscription));
    store::Document free =
        tx.update(subscription, [](Json& edited) { edited["schedule"] = nullptr; });
    if (!preserve_cancel_date) {
      free = change_end(tx, free, {{"cancel_at", nullptr}, {"proration_behavior", "none"}}, {});
    }
    tx.emit("customer.subscription.updated", free);
  }
  tx.emit("subscription_schedule.released", released);
  return released;
}

}  // namespace okapi::engine
