#include "engine/schedules/pause_schedules.h"

#include "api/error.h"
#include "engine/pauses.h"
#include "engine/terms.h"

namespace okapi::engine {
namespace {

constexpr const char* entry_name = "pause_schedules[0]";

Json scheduled() { return {{"type", "scheduled"}}; }

bool is_waiting(const Json& part) {
  return !part.is_null() && part.at("status").at("type") == "scheduled";
}

Seconds read_time(const Json& given, Seconds now, const char* name) {
  if (given.at("type") == "now") return now;
  if (!has(given, "timestamp")) {
    throw api::missing_parameter(std::string(entry_name) + name + "[timestamp]");
  }
  return integer(given, "timestamp");
}

Json read_pause(const Json& params, const Json& before, Seconds now) {
  Json pause = before;
  if (pause.is_null()) {
    pause = {{"settings",
              {{"bill_for",
                {{"outstanding_usage_through", {{"type", "pause_at"}}},
                 {"unused_time_from", {{"type", "pause_at"}}}}},
               {"invoicing_behavior", "pending_invoice_item"},
               {"type", "subscription"}}},
             {"status", scheduled()}};
  }
  if (has(params, "pause_at")) {
    pause["pause_at"] = read_time(params.at("pause_at"), now, "[pause][pause_at]");
    pause["status"] = scheduled();
  }
  if (has(params, "settings")) pause["settings"].update(params.at("settings"), true);
  return pause;
}

Seconds read_resume_time(const Json& given, Seconds pause_at, Seconds now) {
  if (given.at("type") != "duration") return read_time(given, now, "[resume][resume_at]");
  if (!has(given, "duration")) {
    throw api::missing_parameter(std::string(entry_name) + "[resume][resume_at][duration]");
  }
  const Json& duration = given.at("duration");
  return billing::boundary(
      pause_at,
      read_recurrence({{"interval", duration.at("interval")},
                       {"interval_count", duration.value("interval_count", Json(1))}}),
      1);
}

Json read_resume(const Json& params, const Json& before, Seconds pause_at, Seconds now) {
  Json resume = before;
  if (resume.is_null()) {
    resume = {{"settings",
               {{"billing_cycle_anchor", "resume_at"},
                {"payment_behavior", "resume_on_payment_success"},
                {"proration_behavior", "create_prorations"}}},
              {"status", scheduled()}};
  }
  if (has(params, "resume_at")) {
    resume["resume_at"] = read_resume_time(params.at("resume_at"), pause_at, now);
    resume["status"] = scheduled();
  }
  if (has(params, "settings")) resume["settings"].update(params.at("settings"), true);
  if (integer(resume, "resume_at") <= pause_at) {
    throw api::invalid_request("The subscription cannot resume before it is paused.",
                               std::string(entry_name) + "[resume][resume_at]");
  }
  return resume;
}

Json read_entry(store::Transaction& tx, const Json& params, const Json& before) {
  Json entry = before;
  if (entry.is_null()) {
    if (!has(params, "pause")) {
      throw api::missing_parameter(std::string(entry_name) + "[pause]");
    }
    entry = {{"key", params.value("key", Json(tx.new_id("psched_", 31)))},
             {"pause", nullptr},
             {"resume", nullptr}};
  }
  if (has(params, "pause")) {
    entry["pause"] = read_pause(params.at("pause"), entry.at("pause"), tx.now());
  }
  if (params.contains("resume")) {
    const Json& resume = params.at("resume");
    entry["resume"] = resume.is_null()
                          ? Json()
                          : read_resume(resume, entry.at("resume"),
                                        integer(entry.at("pause"), "pause_at"), tx.now());
  }
  return entry;
}

// A word of the schedule in the words of /pause and /resume.
Json now_for(const Json& type, const char* word) { return type == word ? Json("now") : type; }

Json pause_params(const Json& settings) {
  const Json& bill_for = settings.at("bill_for");
  Json params = {{"invoicing_behavior", settings.at("invoicing_behavior")}};
  for (const auto& [name, value] : bill_for.items()) {
    params["bill_for"][name]["type"] = now_for(value.at("type"), "pause_at");
  }
  return params;
}

Json resume_params(const Json& settings) {
  Json params = settings;
  params["billing_cycle_anchor"] = now_for(settings.at("billing_cycle_anchor"), "resume_at");
  return params;
}

using Act = void (*)(store::Transaction& tx, const store::Document& subscription,
                     const Json& settings_of_entry, const api::Settings& settings);

void act(store::Transaction& tx, const store::Document& schedule, const char* part,
         const api::Settings& settings, Act run) {
  const store::Document subscription = tx.find("subscription", text(*schedule, "subscription"));
  const store::Transaction::Savepoint before = tx.savepoint();
  Json status = {{"type", "succeeded"}};
  try {
    run(tx, subscription, schedule->at("pause_schedules").at(0).at(part).at("settings"), settings);
  } catch (const api::ApiError& error) {
    tx.roll_back(before);
    status = {{"error", {{"message", error.message}}}, {"type", "error"}};
    if (!error.code.empty()) status["error"]["code"] = error.code;
  }
  tx.emit("subscription_schedule.updated", tx.update(schedule, [&](Json& edited) {
    edited["pause_schedules"].at(0).at(part)["status"] = status;
  }));
}

}  // namespace

Json read_pause_schedules(store::Transaction& tx, const Json& params, const Json& before) {
  if (!has(params, "pause_schedules")) return Json::array();
  const Json& given = params.at("pause_schedules");
  if (given.size() > 1) throw api::too_many_items("pause_schedules", 1);
  if (given.empty()) return Json::array();
  const auto key = maybe_text(given.at(0), "key");
  const bool known = !before.empty() && key && before.at(0).at("key") == *key;
  return Json::array({read_entry(tx, given.at(0), known ? before.at(0) : Json())});
}

void pause_schedules_due(const Json& schedule, const std::string& clock,
                         std::vector<store::Due>& due) {
  for (const Json& entry : schedule.at("pause_schedules")) {
    if (is_waiting(entry.at("pause"))) {
      due.push_back({.at = integer(entry.at("pause"), "pause_at"),
                     .rank = 3,
                     .action = "pause",
                     .clock = clock});
    } else if (is_waiting(entry.at("resume"))) {
      due.push_back({.at = integer(entry.at("resume"), "resume_at"),
                     .rank = 3,
                     .action = "resume",
                     .clock = clock});
    }
  }
}

void pause_by_schedule(store::Transaction& tx, const store::Document& schedule,
                       const api::Settings& settings) {
  act(tx, schedule, "pause", settings,
      [](store::Transaction& inside, const store::Document& subscription, const Json& asked,
         const api::Settings& how) {
        pause_subscription(inside, subscription, pause_params(asked), how);
      });
}

void resume_by_schedule(store::Transaction& tx, const store::Document& schedule,
                        const api::Settings& settings) {
  act(tx, schedule, "resume", settings,
      [](store::Transaction& inside, const store::Document& subscription, const Json& asked,
         const api::Settings& how) {
        resume_subscription(inside, subscription, resume_params(asked), how);
      });
}

}  // namespace okapi::engine
