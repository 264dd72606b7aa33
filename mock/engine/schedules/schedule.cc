#include "engine/schedules/schedule.h"

#include <algorithm>

#include "api/error.h"
#include "base/check.h"
#include "engine/customer_currency.h"
#include "engine/cycle.h"
#include "engine/end_time.h"
#include "engine/items.h"
#include "engine/new_subscription.h"
#include "engine/schedules/end.h"
#include "engine/schedules/pause_schedules.h"
#include "engine/schedules/phase_change.h"
#include "engine/schedules/phases.h"
#include "engine/terms.h"

namespace okapi::engine {
namespace {

constexpr const char* kind = "subscription_schedule";
// Stripe: subscription_schedule.expiring comes seven days before the end (types).
constexpr Seconds end_notice = 7 * day;

Seconds end_of(const Json& schedule) { return integer(schedule.at("phases").back(), "end_date"); }

bool cancels_at_its_end(const Json& schedule) { return text(schedule, "end_behavior") == "cancel"; }

Json bounds_of(const Json& phase) {
  return {{"end_date", phase.at("end_date")}, {"start_date", phase.at("start_date")}};
}

store::Document subscription_of_schedule(const store::Transaction& tx, const Json& schedule) {
  store::Document subscription = tx.find("subscription", text(schedule, "subscription"));
  OKAPI_CHECK(static_cast<bool>(subscription));
  return subscription;
}

// The phase that current_phase bounds, by its place.
std::size_t current_index(const Json& schedule) {
  const Json& phases = schedule.at("phases");
  const Json& current = schedule.at("current_phase");
  for (std::size_t i = 0; i < phases.size(); ++i) {
    if (phases[i].at("start_date") == current.at("start_date")) return i;
  }
  OKAPI_UNREACHABLE();
}

// --- parameters

std::string read_end_behavior(const Json& params, const std::string& otherwise) {
  std::string behavior = maybe_text(params, "end_behavior").value_or(otherwise);
  // Stripe: `release` or `cancel` (types); the other two are left from older schedules.
  if (behavior != "release" && behavior != "cancel") {
    throw api::not_implemented("`end_behavior=" + behavior + "`");
  }
  return behavior;
}

void check_alone(const Json& params) {
  for (const char* name : {"billing_mode", "customer", "default_settings", "end_behavior",
                           "metadata", "pause_schedules", "phases", "start_date"}) {
    if (!params.contains(name)) continue;
    throw api::invalid_request(
        std::string("You cannot set `") + name + "` if `from_subscription` is set.", name);
  }
}

Json new_schedule(store::Transaction& tx, const store::Document& customer) {
  Json schedule = api::default_object(tx, kind);
  schedule["customer"] = customer.id();
  schedule["created"] = tx.now();
  schedule["metadata"] = Json::object();
  schedule["pause_schedules"] = Json::array();
  schedule["status"] = "not_started";
  schedule["test_clock"] = customer->value("test_clock", Json());
  return schedule;
}

store::Document schedule_from_subscription(store::Transaction& tx, const Json& params) {
  check_alone(params);
  const store::Document subscription = api::require_param(
      tx, "subscription", text(params, "from_subscription"), "from_subscription");
  if (const auto id = maybe_text(*subscription, "schedule")) {
    throw api::invalid_request(
        "You cannot migrate a subscription that is already attached to a schedule: `" + *id + "`.",
        "from_subscription");
  }
  if (!is_running(*subscription)) {
    throw api::invalid_request("You cannot migrate a subscription that is in the `" +
                                   text(*subscription, "status") + "` status to a schedule.",
                               "from_subscription");
  }
  const store::Document customer = tx.find("customer", text(*subscription, "customer"));
  Json schedule = new_schedule(tx, customer);
  schedule["billing_mode"] = subscription->at("billing_mode");
  schedule["default_settings"] = read_default_settings(tx, Json::object(), customer.id(), nullptr);
  for (const char* name : {"collection_method", "default_payment_method", "description"}) {
    schedule["default_settings"][name] = subscription->at(name);
  }
  schedule["default_settings"]["invoice_settings"]["days_until_due"] =
      subscription->at("days_until_due");
  schedule["end_behavior"] = has(*subscription, "cancel_at") ? "cancel" : "release";
  schedule["phases"] = Json::array({phase_of(*subscription)});
  schedule["current_phase"] = bounds_of(schedule["phases"].at(0));
  schedule["status"] = "active";
  schedule["subscription"] = subscription.id();
  store::Document stored = tx.insert(std::move(schedule));
  tx.emit("subscription_schedule.created", stored);
  tx.emit("customer.subscription.updated",
          tx.update(subscription, [&](Json& edited) { edited["schedule"] = stored.id(); }));
  return stored;
}

Seconds read_start(const Json& params, Seconds now) {
  if (!has(params, "start_date")) throw api::missing_parameter("start_date");
  return params.at("start_date") == "now" ? now : integer(params, "start_date");
}

// --- the beginning

Json first_params(const Json& schedule, Seconds now) {
  const Json& phase = schedule.at("phases").at(0);
  Json params = subscription_params(schedule, phase);
  const Json& mode = schedule.at("billing_mode");
  params["billing_mode"] = {{"type", mode.at("type")}};
  if (has(mode, "flexible")) params["billing_mode"]["flexible"] = mode.at("flexible");
  params["proration_behavior"] = phase.at("proration_behavior");
  const Seconds start = integer(phase, "start_date");
  if (start < now) params["backdate_start_date"] = start;
  const auto trial = maybe_integer(phase, "trial_end");
  if (trial && *trial > now) params["trial_end"] = *trial;
  if (cancels_at_its_end(schedule)) params["cancel_at"] = end_of(schedule);
  return params;
}

}  // namespace

Json first_subscription(store::Transaction& tx, const store::Document& schedule,
                        std::string_view version) {
  const store::Document customer = tx.find("customer", text(*schedule, "customer"));
  const Json params = first_params(*schedule, tx.now());
  Json subscription =
      make_subscription(tx, {.params = params, .customer = customer, .version = version});
  subscription["schedule"] = schedule.id();
  return subscription;
}

namespace {

store::Document begin(store::Transaction& tx, const store::Document& schedule,
                      std::string_view version, const api::Settings& settings) {
  Json subscription = first_subscription(tx, schedule, version);
  settle_currency(tx, text(subscription, "customer"), text(subscription, "currency"));
  const Json& first = schedule->at("phases").at(0);
  const store::Document started =
      start_subscription(tx, std::move(subscription), settings,
                         {.add_invoice_items = added_item_params(first), .waits = true});
  sync_items(tx, started);
  return tx.update(schedule, [&](Json& edited) {
    edited["current_phase"] = bounds_of(first);
    edited["status"] = "active";
    edited["subscription"] = started.id();
  });
}

// --- changes

bool is_before(const Json& params, Seconds start, Seconds now) {
  if (!has(params, "start_date")) return false;
  return params.at("start_date") != "now" && integer(params, "start_date") < start &&
         integer(params, "start_date") < now;
}

// Stripe: past phases can be left out, and are left alone when they are sent.
Json without_past(const Json& phases, Seconds start, Seconds now) {
  Json rest = Json::array();
  for (const Json& phase : phases) {
    if (!rest.empty() || phases.size() == 1 || !is_before(phase, start, now)) rest.push_back(phase);
  }
  return rest;
}

void check_current_phase(const Json& params, Seconds start, Seconds now) {
  const bool anchored =
      std::ranges::any_of(params, [](const Json& phase) { return has(phase, "start_date"); });
  if (!anchored) {
    throw api::invalid_request(
        "The subscription schedule update is missing at least one phase with a `start_date` to "
        "anchor end dates to.",
        "phases");
  }
  const Json& first = params.at(0);
  if (!has(first, "start_date")) return;
  const Json& asked = first.at("start_date");
  if ((asked == "now" ? now : asked.get<Seconds>()) != start) {
    throw api::invalid_request("You can not modify the start date of the current phase.",
                               "phases[0][start_date]");
  }
}

Json update_phases(store::Transaction& tx, const Json& schedule, const Json& params) {
  const bool active = text(schedule, "status") == "active";
  const Json& phases = schedule.at("phases");
  const std::size_t current = active ? current_index(schedule) : 0;
  const Seconds start = integer(phases[current], "start_date");
  const Json asked =
      active ? without_past(params.at("phases"), start, tx.now()) : params.at("phases");
  if (asked.empty()) throw api::missing_parameter("phases");
  if (active) check_current_phase(asked, start, tx.now());
  Json updated = Json::array();
  for (std::size_t i = 0; i < current; ++i) updated.push_back(phases[i]);
  const Json read = read_phases(tx, {.params = asked,
                                     .customer = text(schedule, "customer"),
                                     .start = start,
                                     .mode = schedule.at("billing_mode")});
  if (active && integer(read.at(0), "end_date") < tx.now()) {
    throw api::invalid_request(
        "You can only adjust the end date to a future date for the current phase.",
        "phases[0][end_date]");
  }
  for (const Json& phase : read) updated.push_back(phase);
  return updated;
}

// The end of the subscription follows that of a schedule that cancels it.
void move_end(store::Transaction& tx, const Json& schedule) {
  const store::Document subscription = subscription_of_schedule(tx, schedule);
  const Json end = cancels_at_its_end(schedule) ? Json(end_of(schedule)) : Json();
  if (end == subscription->at("cancel_at")) return;
  tx.emit("customer.subscription.updated",
          change_end(tx, subscription, {{"cancel_at", end}, {"proration_behavior", "none"}}, {}));
}

// Whether the subscription would be billed otherwise, or carry other settings.
bool same_phase(Json a, Json b) {
  for (Json* phase : {&a, &b}) phase->erase("end_date");
  return a == b;
}

store::Document apply_update(store::Transaction& tx, const store::Document& before,
                             const store::Document& schedule, const Json& params,
                             const api::Settings& settings) {
  const Json& phase = schedule->at("phases").at(current_index(*schedule));
  const Json& old_phase = before->at("phases").at(current_index(*before));
  const bool changed = !same_phase(phase, old_phase) ||
                       schedule->at("default_settings") != before->at("default_settings");
  if (changed) {
    const std::string behavior =
        maybe_text(params, "proration_behavior").value_or("create_prorations");
    apply_phase_change(tx, *schedule, subscription_of_schedule(tx, *schedule), phase, behavior,
                       settings);
  }
  move_end(tx, *schedule);
  store::Document current = tx.find(kind, schedule.id());
  if (integer(current->at("current_phase"), "end_date") > tx.now()) return current;
  end_phase(tx, current, settings);
  return tx.find(kind, schedule.id());
}

// The settings of a direct change that a phase has too.
void copy_settings(Json& phase, const Json& subscription, const Json& params) {
  for (const char* name : {"automatic_tax", "billing_thresholds", "collection_method",
                           "default_payment_method", "default_tax_rates", "description"}) {
    if (params.contains(name)) phase[name] = subscription.at(name);
  }
  const Json taken = phase_of(subscription);
  if (params.contains("discounts")) phase["discounts"] = taken.at("discounts");
  if (params.contains("items") || params.contains("price") || params.contains("quantity")) {
    phase["items"] = taken.at("items");
  }
}

bool same_items(const Json& before, const Json& after) {
  return phase_of(before).at("items") == phase_of(after).at("items");
}

}  // namespace

store::Document create_schedule(store::Transaction& tx, const Json& params,
                                std::string_view version, const api::Settings& settings) {
  if (has(params, "from_subscription")) return schedule_from_subscription(tx, params);
  if (!has(params, "customer")) throw api::missing_parameter("customer");
  const store::Document customer =
      api::require_param(tx, "customer", text(params, "customer"), "customer");
  Json schedule = new_schedule(tx, customer);
  if (!has(params, "phases") || params.at("phases").empty()) {
    throw api::missing_parameter("phases");
  }
  schedule["billing_mode"] = billing_mode(params, version, tx.now());
  schedule["default_settings"] = read_default_settings(tx, params, customer.id(), nullptr);
  schedule["end_behavior"] = read_end_behavior(params, "release");
  api::merge_metadata(schedule, params);
  schedule["phases"] = read_phases(tx, {.params = params.at("phases"),
                                        .customer = customer.id(),
                                        .start = read_start(params, tx.now()),
                                        .mode = schedule.at("billing_mode")});
  if (end_of(schedule) <= tx.now()) {
    throw api::invalid_request("The subscription schedule would have ended already.", "start_date");
  }
  schedule["pause_schedules"] = read_pause_schedules(tx, params, Json::array());
  store::Document stored = tx.insert(std::move(schedule));
  if (integer(stored->at("phases").at(0), "start_date") <= tx.now()) {
    stored = begin(tx, stored, version, settings);
  }
  tx.emit("subscription_schedule.created", stored);
  return stored;
}

store::Document update_schedule(store::Transaction& tx, const store::Document& schedule,
                                const Json& params, const api::Settings& settings) {
  check_in_force(*schedule, "update", "updated");
  Json edited = *schedule;
  api::merge_metadata(edited, params);
  edited["default_settings"] =
      read_default_settings(tx, params, text(edited, "customer"), edited.at("default_settings"));
  edited["end_behavior"] = read_end_behavior(params, text(edited, "end_behavior"));
  const bool active = text(edited, "status") == "active";
  const std::size_t current = active ? current_index(edited) : 0;
  if (has(params, "phases")) edited["phases"] = update_phases(tx, edited, params);
  if (active) edited["current_phase"] = bounds_of(edited["phases"].at(current));
  if (params.contains("pause_schedules")) {
    edited["pause_schedules"] = read_pause_schedules(tx, params, edited.at("pause_schedules"));
  }
  store::Document updated = tx.update(schedule, [&](Json& tree) { tree = std::move(edited); });
  if (*updated == *schedule) return updated;
  tx.emit("subscription_schedule.updated", updated);
  if (active) return apply_update(tx, schedule, updated, params, settings);
  if (integer(updated->at("phases").at(0), "start_date") <= tx.now()) {
    return begin(tx, updated, api::api_version(), settings);
  }
  return updated;
}

store::Document cancel_schedule(store::Transaction& tx, const store::Document& schedule,
                                const Json& params, const api::Settings& settings) {
  check_in_force(*schedule, "cancel", "canceled");
  if (text(*schedule, "status") == "not_started") {
    return end_schedule(tx, schedule, ScheduleEnd::canceled);
  }
  cancel_now(tx, subscription_of_schedule(tx, *schedule), settings,
             {.invoice_now = params.value("invoice_now", Json(true)).get<bool>(),
              .prorate = params.value("prorate", Json(true)).get<bool>()});
  return tx.find(kind, schedule.id());
}

void follow_direct_change(store::Transaction& tx, const Json& before, const Json& after,
                          const Json& params) {
  const auto id = maybe_text(after, "schedule");
  const store::Document schedule = id ? tx.find(kind, *id) : store::Document();
  if (!schedule || text(*schedule, "status") != "active") return;
  const store::Document followed = tx.update(schedule, [&](Json& edited) {
    Json& phases = edited.at("phases");
    std::size_t index = current_index(edited);
    const bool splits = !same_items(before, after) &&
                        integer(phases[index], "start_date") < tx.now() &&
                        tx.now() < integer(phases[index], "end_date");
    if (splits) {
      Json rest = phases[index];
      phases[index]["end_date"] = tx.now();
      rest["start_date"] = tx.now();
      rest["add_invoice_items"] = Json::array();
      rest["proration_behavior"] =
          maybe_text(params, "proration_behavior").value_or("create_prorations");
      ++index;
      phases.insert(phases.begin() + static_cast<std::ptrdiff_t>(index), std::move(rest));
    }
    copy_settings(phases[index], after, params);
    edited["current_phase"] = bounds_of(phases[index]);
  });
  if (*followed != *schedule) tx.emit("subscription_schedule.updated", followed);
}

void check_not_scheduled(const Json& subscription, const Json& params) {
  const auto id = maybe_text(subscription, "schedule");
  if (!id) return;
  for (const char* name : {"cancel_at", "cancel_at_period_end"}) {
    if (!params.contains(name)) continue;
    throw api::invalid_request(
        "The subscription is managed by the subscription schedule `" + *id +
            "`, and updating any cancelation behavior directly is not allowed. Please update the "
            "schedule instead.",
        name);
  }
}

void begin_schedule(store::Transaction& tx, const store::Document& schedule,
                    const api::Settings& settings) {
  const store::Transaction::Savepoint before = tx.savepoint();
  try {
    tx.emit("subscription_schedule.updated", begin(tx, schedule, api::api_version(), settings));
  } catch (const api::ApiError&) {
    // Guess: what can no longer be begun (a price was archived, a coupon is used up) is aborted.
    tx.roll_back(before);
    end_schedule(tx, schedule, ScheduleEnd::aborted);
  }
}

void end_phase(store::Transaction& tx, const store::Document& schedule,
               const api::Settings& settings) {
  const std::size_t next = current_index(*schedule) + 1;
  const Json& phases = schedule->at("phases");
  if (next >= phases.size()) {
    release_schedule(tx, schedule, true);
    return;
  }
  const Json phase = phases[next];
  const store::Document moved =
      tx.update(schedule, [&](Json& edited) { edited["current_phase"] = bounds_of(phase); });
  const store::Document subscription = subscription_of_schedule(tx, *moved);
  const store::Transaction::Savepoint before = tx.savepoint();
  try {
    enter_phase(tx, *moved, subscription, phase, settings);
    tx.emit("subscription_schedule.updated", moved);
  } catch (const api::ApiError&) {
    // Guess: a phase that can no longer be entered leaves the subscription as it is.
    tx.roll_back(before);
    release_schedule(tx, tx.find(kind, schedule.id()), true);
  }
}

void notice_schedule_end(store::Transaction& tx, const store::Document& schedule,
                         const api::Settings&) {
  tx.emit("subscription_schedule.expiring",
          tx.update(schedule, [&](Json& edited) { edited["_end_noticed"] = end_of(edited); }));
}

void schedule_due(const Json& schedule, std::vector<store::Due>& due) {
  if (!is_in_force(schedule) || maybe_boolean(schedule, "_gave_up")) return;
  const std::string clock = maybe_text(schedule, "test_clock").value_or("");
  if (text(schedule, "status") == "not_started") {
    due.push_back({.at = integer(schedule.at("phases").at(0), "start_date"),
                   .rank = 1,
                   .action = "begin",
                   .clock = clock});
    return;
  }
  const Seconds phase_end = integer(schedule.at("current_phase"), "end_date");
  const Seconds end = end_of(schedule);
  // The last phase of a schedule that cancels ends with its subscription.
  if (phase_end < end || !cancels_at_its_end(schedule)) {
    due.push_back({.at = phase_end, .rank = 1, .action = "end_phase", .clock = clock});
  }
  if (maybe_integer(schedule, "_end_noticed") != end) {
    due.push_back({.at = end - end_notice, .rank = 9, .action = "notice_end", .clock = clock});
  }
  pause_schedules_due(schedule, clock, due);
}

}  // namespace okapi::engine
