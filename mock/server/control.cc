#include "server/control.h"

#include <algorithm>
#include <limits>
#include <sstream>

#include "api/dials.h"
#include "api/error.h"
#include "api/form.h"
#include "api/render.h"
#include "api/storage.h"
#include "base/check.h"
#include "base/text.h"
#include "base/time.h"
#include "events/produced.h"
#include "events/webhook_queue.h"
#include "server/accounts.h"
#include "server/auth.h"
#include "server/authentication.h"
#include "server/browser_guard.h"
#include "server/control_input.h"
#include "server/dial_control.h"
#include "server/dispatch.h"
#include "server/journaling.h"
#include "server/observed.h"
#include "server/snapshot_file.h"
#include "server/webhook_control.h"

namespace okapi::server {
namespace {

constexpr std::string_view root = "/_okapi/";

api::Response json(const Json& body, int status = 200) {
  api::Response response;
  response.status = status;
  response.body = to_pretty(body);
  return response;
}

api::Response plain(std::string body, std::string_view content_type) {
  api::Response response;
  response.body = std::move(body);
  response.content_type = content_type;
  return response;
}

// What will happen first when time goes on; null where nothing is waiting.
Json shown_due(store::Account& account) {
  const store::Transaction tx(account, {});
  const auto step = tx.next_due({}, std::numeric_limits<Seconds>::max());
  if (!step) return nullptr;
  return {{"action", step->due.action},
          {"at", step->due.at},
          {"id", step->document.id()},
          {"object", step->document.kind()}};
}

Json shown_clock(const store::ClockSetting& clock, Json next_due) {
  const Seconds now = clock.now();
  return {{"object", "okapi.clock"},
          {"now", now},
          {"time", to_rfc3339(now)},
          {"frozen", clock.frozen},
          {"next_due", std::move(next_due)}};
}

// The test clocks that advance right now, and how far they have come.
Json shown_advances(store::Account& account) {
  const store::Transaction tx(account, {});
  Json shown = Json::array();
  for (const store::Document& clock : tx.where("test_helpers.test_clock", "status", "advancing")) {
    const auto target =
        at_path(*clock, {"status_details", "advancing", "target_frozen_time"}).get<Seconds>();
    const auto step = tx.next_due(clock.id(), target);
    shown.push_back({{"id", clock.id()},
                     {"from", clock->at("frozen_time")},
                     {"reached", step ? step->due.at : target},
                     {"target", target}});
  }
  return shown;
}

// The setting that shows `now` and goes on as before.
store::ClockSetting moved(store::ClockSetting clock, Seconds now) {
  if (clock.frozen) {
    clock.at = now;
  } else {
    clock.offset = now - wall_clock();
  }
  return clock;
}

Seconds asked_time(const ControlInput& input, Seconds now) {
  const auto advance = input.text("advance");
  const auto to = input.text("to");
  if (advance && to) throw api::only_one_of({"advance", "to"});
  if (advance) {
    const std::optional<Seconds> at = add_span(now, *advance);
    if (at) return *at;
    throw api::invalid_request(
        "Invalid span. Write it as 90s, 30m, 2h, 1d, 1w, 1mo, 1y or sums "
        "of these, such as 1mo2h.",
        "advance");
  }
  if (!to) return now;
  const std::optional<Seconds> at = parse_time(*to);
  if (!at) throw api::invalid_timestamp("to");
  return *at;
}

// Whether an object of the account has this id, so that "no explanation" differs from "no invoice".
bool has_invoice(World& world, const std::string& id) {
  return static_cast<bool>(world.store.find_committed("invoice", id));
}

std::string_view word_of(api::Coverage coverage) {
  switch (coverage) {
    case api::Coverage::behaviour:
      return "behaviour";
    case api::Coverage::storage:
      return "storage";
    case api::Coverage::missing:
      return "missing";
  }
  OKAPI_UNREACHABLE();
}

}  // namespace

struct Control::Call {
  const Parts& parts;
  const api::Request& request;
  std::string id;  // what stands for {} in the route's path

  [[nodiscard]] World& world() const {
    return *identify_or_default(request, parts.accounts, parts.options).world;
  }
  // The account of the key, or every one where that is asked for.
  [[nodiscard]] std::vector<World*> worlds(bool all) const {
    return all ? parts.accounts.all() : std::vector<World*>{&world()};
  }
  [[nodiscard]] std::string base_url() const {
    const std::string_view host = api::header(request.headers, "Host");
    if (host.empty()) return parts.options.base_url;
    return concat(request.secure ? "https://" : "http://", host);
  }
};

struct Control::Route {
  std::string_view method;
  std::string_view path;  // behind root; "{}" is one segment
  api::Response (Control::*answer)(const Call&);
};

const Control::Route Control::routes[] = {
    {"GET", "health", &Control::get_health},
    {"GET", "accounts", &Control::get_accounts},
    {"POST", "reset", &Control::post_reset},
    {"GET", "snapshots", &Control::get_snapshots},
    {"POST", "snapshots", &Control::post_snapshots},
    {"POST", "snapshots/{}/restore", &Control::restore_snapshot},
    {"GET", "snapshot", &Control::get_snapshot},
    {"PUT", "snapshot", &Control::put_snapshot},
    {"GET", "clock", &Control::get_clock},
    {"POST", "clock", &Control::post_clock},
    {"GET", "explain/{}", &Control::get_explanation},
    {"GET", "requests", &Control::get_requests},
    {"GET", "requests/{}", &Control::get_request},
    {"GET", "events", &Control::get_events},
    {"POST", "3ds/{}", &Control::post_authentication},
    {"GET", "dials", &Control::get_dials},
    {"POST", "dials", &Control::post_dials},
    {"GET", "faults", &Control::get_faults},
    {"POST", "faults", &Control::post_faults},
    {"DELETE", "faults", &Control::delete_faults},
    {"DELETE", "faults/{}", &Control::delete_fault},
    {"GET", "coverage", &Control::get_coverage},
    {"GET", "metrics", &Control::get_metrics},
    {"GET", "webhooks", &Control::get_webhooks},
    {"POST", "webhooks", &Control::post_webhooks},
    {"POST", "webhooks/resend", &Control::resend_webhook},
    {"POST", "webhooks/wait", &Control::wait_for_webhooks},
};

Control::Control(const Parts& parts) : parts_(parts), started_(monotonic_microseconds()) {}

bool Control::is_control_path(std::string_view path) { return path.starts_with(root); }

api::Response Control::handle(const api::Request& request) {
  std::string_view method = request.method;
  if (method == "HEAD") method = "GET";
  const std::string_view path = request.path().substr(root.size());
  for (const Route& route : routes) {
    if (route.method != method) continue;
    const std::size_t hole = route.path.find("{}");
    std::string_view id;
    if (hole == route.path.npos) {
      if (path != route.path) continue;
    } else {
      const std::string_view before = route.path.substr(0, hole);
      const std::string_view after = route.path.substr(hole + 2);
      if (path.size() <= before.size() + after.size() || !path.starts_with(before) ||
          !path.ends_with(after)) {
        continue;
      }
      id = path.substr(before.size(), path.size() - before.size() - after.size());
      if (id.find('/') != id.npos) continue;
    }
    // Whether the server is ready is nobody's secret, and probes name the machine as they like.
    if (route.answer != &Control::get_health) {
      refuse_foreign_pages(request, parts_.options.allowed_hosts);
    }
    return (this->*route.answer)(
        Call{.parts = parts_, .request = request, .id = api::percent_decode(id, false)});
  }
  throw api::unrecognized_url(request.method, request.path());
}

std::optional<Fault> Control::fault_for(const api::Request& request, std::string_view key) {
  return faults_.take(request, key);
}

// --- the server

api::Response Control::get_health(const Call&) {
  const bool ready = ready_;
  return json({{"status", ready ? "ready" : "starting"},
               {"version", OKAPI_VERSION},
               {"api_version", api::api_version()}},
              ready ? 200 : 503);
}

api::Response Control::get_coverage(const Call&) {
  Json operations = Json::array();
  Json summary = {{"behaviour", 0}, {"storage", 0}, {"missing", 0}};
  for (std::uint32_t i = 0; i < api::operation_count(); ++i) {
    const api::Operation operation(i);
    const std::string_view word = word_of(api::coverage(parts_.registry, operation));
    Json& count = summary[std::string(word)];
    count = count.get<int>() + 1;
    operations.push_back({{"operation", operation.name()},
                          {"method", operation.method()},
                          {"path", operation.path()},
                          {"coverage", word}});
  }
  Json produced = Json::array();
  for (const std::string_view type : events::produced_types()) produced.push_back(type);
  Json not_produced = Json::array();
  for (const std::string_view type : events::types_not_produced()) not_produced.push_back(type);
  return json(
      {{"object", "okapi.coverage"},
       {"summary", std::move(summary)},
       {"events", {{"produced", std::move(produced)}, {"not_produced", std::move(not_produced)}}},
       {"operations", std::move(operations)}});
}

api::Response Control::get_metrics(const Call&) {
  return plain(
      metrics_text(parts_.accounts, parts_.request_log, monotonic_microseconds() - started_),
      "text/plain; version=0.0.4");
}

// --- webhooks

api::Response Control::get_webhooks(const Call& call) {
  return json(shown_webhooks(call.request, parts_.webhooks, call.world().store));
}

api::Response Control::post_webhooks(const Call& call) {
  return json(set_webhook_dials(call.request, parts_.webhooks, call.world().store));
}

api::Response Control::resend_webhook(const Call& call) {
  return json(server::resend_webhook(call.request, parts_.webhooks, call.world().store));
}

api::Response Control::wait_for_webhooks(const Call& call) {
  return json(server::wait_for_webhooks(call.request, parts_.webhooks, call.world().store));
}

// --- state

api::Response Control::get_accounts(const Call&) {
  Json rows = Json::array();
  for (const World* world : parts_.accounts.all()) {
    if (!world->connected_to.empty()) continue;
    rows.push_back({{"id", world->store.id()},
                    {"object", "okapi.account"},
                    {"key", world->key.empty() ? Json() : Json(world->key)},
                    {"objects", world->store.size()}});
  }
  return json({{"object", "list"}, {"data", std::move(rows)}, {"has_more", false}});
}

api::Response Control::post_reset(const Call& call) {
  const ControlInput input(call.request, {"all"});
  const std::vector<World*> worlds = call.worlds(input.flag("all"));
  for (World* world : worlds) {
    parts_.accounts.reset(*world);
    parts_.request_log.forget(world->store.id());
    parts_.webhooks.forget(world->store);
  }
  return json({{"object", "okapi.reset"}, {"accounts", worlds.size()}});
}

api::Response Control::get_snapshots(const Call& call) {
  Json rows = Json::array();
  for (const std::string& name : call.world().store.snapshots()) {
    rows.push_back({{"object", "okapi.snapshot"}, {"name", name}});
  }
  return json({{"object", "list"}, {"data", std::move(rows)}, {"has_more", false}});
}

api::Response Control::post_snapshots(const Call& call) {
  const ControlInput input(call.request, {"name"});
  const std::optional<std::string> name = input.text("name");
  if (!name) throw api::missing_parameter("name");
  constexpr std::size_t longest = 200;
  if (name->size() > longest) throw api::too_long("name", *name, longest);
  World& world = call.world();
  // Each keeps what has changed since in memory.
  constexpr std::size_t most_snapshots = 1'000;
  const std::vector<std::string> names = world.store.snapshots();
  if (names.size() >= most_snapshots && std::ranges::find(names, *name) == names.end()) {
    throw api::invalid_request(concat("An account keeps at most ", std::to_string(most_snapshots),
                                      " named snapshots. Save under a name that is there already."),
                               "name");
  }
  world.store.save_snapshot(*name);
  return json({{"object", "okapi.snapshot"}, {"name", *name}, {"objects", world.store.size()}});
}

api::Response Control::restore_snapshot(const Call& call) {
  World& world = call.world();
  if (!world.store.restore_snapshot(call.id)) {
    throw api::no_such_in_path("snapshot", call.id, "name");
  }
  world.idempotency.clear();
  parts_.webhooks.forget(world.store);
  return json({{"object", "okapi.snapshot"}, {"name", call.id}, {"objects", world.store.size()}});
}

api::Response Control::get_snapshot(const Call& call) {
  const ControlInput input(call.request, {"all"});
  std::ostringstream out;
  store::write_snapshot(out, states_of(call.worlds(input.flag("all"))), api::api_version());
  return plain(std::move(out).str(), "application/x-ndjson");
}

api::Response Control::put_snapshot(const Call& call) {
  api::Request parameters;  // of the query alone: the body is the file
  parameters.method = "GET";
  parameters.target = call.request.target;
  const bool all = ControlInput(parameters, {"all"}).flag("all");
  std::istringstream in(call.request.body);
  std::vector<store::NamedState> states;
  try {
    states = store::read_snapshot(in, "the body", parts_.accounts.schema(), api::api_version());
  } catch (const store::SnapshotError& error) {
    throw api::invalid_request(error.what());
  }
  const std::size_t count = states.size();
  if (all) {
    replace_all(parts_.accounts, std::move(states));
    for (World* world : parts_.accounts.all()) parts_.webhooks.forget(world->store);
  } else {
    if (count != 1) {
      throw api::invalid_request(concat("The snapshot holds ", std::to_string(count),
                                        " accounts; send all=true to replace all of the server's."),
                                 "all");
    }
    replace(call.world(), std::move(states.front()));
    parts_.webhooks.forget(call.world().store);
  }
  return json({{"object", "okapi.snapshot"}, {"accounts", count}});
}

// --- time

api::Response Control::get_clock(const Call& call) {
  store::Account& account = call.world().store;
  Json shown = shown_clock(account.clock(), shown_due(account));
  shown["advancing"] = shown_advances(account);
  return json(shown);
}

api::Response Control::post_clock(const Call& call) {
  const ControlInput input(call.request, {"advance", "to", "frozen"});
  World& world = call.world();
  store::ClockSetting clock;
  {
    store::Transaction tx(world.store, {});
    clock = tx.clock();
    const Seconds now = asked_time(input, clock.now());
    if (input.text("frozen")) clock.frozen = input.flag("frozen");
    clock = moved(clock, now);
    tx.set_clock(clock);
    tx.commit();
  }
  const std::int64_t steps = run_due(world);
  Json shown = shown_clock(clock, shown_due(world.store));
  shown["steps"] = steps;
  return json(shown);
}

std::int64_t Control::run_due(World& world) {
  if (parts_.registry.run_due == nullptr) return 0;
  for (std::int64_t steps = 0;; ++steps) {
    if (parts_.journaling != nullptr) {
      while (!parts_.journaling->journal().make_room()) {
        if (!parts_.journaling->journal().works()) return steps;  // the answer will say so
      }
    }
    store::Transaction tx(world.store, {});
    if (!parts_.registry.run_due(tx, parts_.settings)) {
      parts_.webhooks.notify(world.store);
      return steps;
    }
    tx.commit();
  }
}

// --- what happened

api::Response Control::get_explanation(const Call& call) {
  World& world = call.world();
  const store::Document explanation = world.store.find_committed("okapi.explanation", call.id);
  if (explanation) return plain(api::render_document(explanation), "application/json");
  if (!has_invoice(world, call.id)) throw api::no_such_in_path("invoice", call.id, "invoice");
  throw api::no_such_in_path("explanation of invoice", call.id, "invoice");
}

api::Response Control::get_requests(const Call& call) {
  const std::string key = credential_of(call.request);
  return json(observed_requests(call.request, parts_.request_log, call.world().store.id(),
                                call.base_url(), key));
}

api::Response Control::get_request(const Call& call) {
  RequestRecord record;
  const bool found = parts_.request_log.find(call.id, record);
  if (!found || record.account != call.world().store.id()) {
    throw api::no_such_in_path("request", call.id, "id");
  }
  Json shown = shown_request(record, call.base_url(), credential_of(call.request));
  shown["response"] = repaired_utf8(record.response);
  return json(shown);
}

api::Response Control::get_events(const Call& call) {
  return json(observed_events(call.request, call.world()));
}

// --- dials

api::Response Control::get_dials(const Call& call) {
  return json(api::shown_dials(api::dials_of(call.world().store)));
}

api::Response Control::post_dials(const Call& call) {
  return json(change_dials(call.request, call.world()));
}

// --- authentication

api::Response Control::post_authentication(const Call& call) {
  return authenticate(call.request, parts_, call.world(), call.id);
}

// --- faults

api::Response Control::get_faults(const Call&) {
  return json({{"object", "list"}, {"data", faults_.list()}, {"has_more", false}});
}

api::Response Control::post_faults(const Call& call) { return json(faults_.add(call.request)); }

api::Response Control::delete_faults(const Call&) {
  faults_.clear();
  return json({{"object", "list"}, {"data", Json::array()}, {"has_more", false}});
}

api::Response Control::delete_fault(const Call& call) {
  if (!faults_.remove(call.id)) throw api::no_such_in_path("fault", call.id, "id");
  return json({{"id", call.id}, {"object", "okapi.fault"}, {"deleted", true}});
}

}  // namespace okapi::server
