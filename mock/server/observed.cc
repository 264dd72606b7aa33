#include "server/observed.h"

#include <algorithm>
#include <fstream>

#include <unistd.h>

#include "api/error.h"
#include "base/text.h"
#include "server/control_input.h"
#include "server/curl_text.h"
#include "server/pattern.h"

namespace okapi::server {
namespace {

constexpr std::int64_t usual_limit = 100;
constexpr std::int64_t most_rows = 1'000;

std::size_t limit_of(const ControlInput& input) {
  const std::int64_t limit = input.integer("limit").value_or(usual_limit);
  return static_cast<std::size_t>(std::clamp<std::int64_t>(limit, 1, most_rows));
}

// Absent filters let everything through.
bool passes(const std::optional<std::string>& pattern, std::string_view text) {
  return !pattern || matches_pattern(*pattern, text);
}

std::string_view path_of(const RequestRecord& record) {
  return std::string_view(record.target).substr(0, record.target.find('?'));
}

Json page_of(Json rows, bool has_more) {
  return {{"object", "list"}, {"data", std::move(rows)}, {"has_more", has_more}};
}

// One family of figures in Prometheus' text format.
class Family {
 public:
  Family(std::string& out, std::string_view name, std::string_view type, std::string_view help)
      : out_(out), name_(name) {
    out_ += concat("# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n");
  }
  void add(std::string_view labels, std::string_view value) {
    out_ += labels.empty() ? concat(name_, " ", value, "\n")
                           : concat(name_, "{", labels, "} ", value, "\n");
  }

 private:
  std::string& out_;
  std::string_view name_;
};

std::string seconds_text(std::int64_t microseconds) {
  const std::string fraction = std::to_string(1'000'000 + microseconds % 1'000'000);
  return concat(std::to_string(microseconds / 1'000'000), ".", fraction.substr(1));
}

std::string operation_label(std::string_view operation) {
  return concat("operation=\"", operation.empty() ? "none" : operation, "\"");
}

void add_requests(std::string& out, const RequestLog::Tallies& tallies) {
  Family requests(out, "okapi_requests_total", "counter", "Requests to the API.");
  for (const auto& [operation, by_status] : tallies) {
    for (const auto& [status, tally] : by_status) {
      requests.add(concat(operation_label(operation), ",status=\"", std::to_string(status), "\""),
                   std::to_string(tally.requests));
    }
  }
  Family durations(out, "okapi_request_duration_seconds", "summary", "Time spent in requests.");
  for (const auto& [operation, by_status] : tallies) {
    RequestLog::Tally sum;
    for (const auto& [status, tally] : by_status) {
      sum.requests += tally.requests;
      sum.microseconds += tally.microseconds;
    }
    const std::string label = operation_label(operation);
    out += concat("okapi_request_duration_seconds_sum{", label, "} ",
                  seconds_text(sum.microseconds), "\nokapi_request_duration_seconds_count{", label,
                  "} ", std::to_string(sum.requests), "\n");
  }
}

void add_objects(std::string& out, Accounts& accounts) {
  const std::vector<World*> worlds = accounts.all();
  std::map<std::string, std::size_t> objects;
  for (const World* world : worlds) {
    for (const auto& [kind, count] : world->store.counts()) {
      // What okapi keeps for itself is no object of the API.
      if (!kind.starts_with("okapi.")) objects[kind] += count;
    }
  }
  Family(out, "okapi_accounts", "gauge", "Accounts, the default one included.")
      .add("", std::to_string(worlds.size()));
  Family stored(out, "okapi_objects", "gauge", "Stored objects of all accounts.");
  for (const auto& [kind, count] : objects) {
    stored.add(concat("object=\"", kind, "\""), std::to_string(count));
  }
}

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  if (!(statm >> size >> resident)) return 0;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

Json shown_request(const RequestRecord& record, std::string_view base_url, std::string_view key) {
  Json shown = {{"id", record.request_id},
                {"object", "okapi.request"},
                {"created", record.at},
                {"account", record.account},
                {"key", record.key},
                {"method", record.method},
                {"target", record.target},
                {"operation", nullptr},
                {"version", record.version},
                {"idempotency_key", nullptr},
                {"body", record.body},
                {"status", record.status},
                {"error", nullptr},
                {"replayed", record.replayed},
                {"microseconds", record.microseconds},
                {"events", record.events},
                {"later_events", record.later_events},
                {"curl", as_curl(record, base_url, key)}};
  if (!record.operation.empty()) shown["operation"] = record.operation;
  if (!record.idempotency_key.empty()) shown["idempotency_key"] = record.idempotency_key;
  if (!record.error_code.empty()) {
    shown["error"] = {{"code", record.error_code}, {"message", record.error_message}};
  }
  return shown;
}

Json observed_requests(const api::Request& request, const RequestLog& log, std::string_view account,
                       std::string_view base_url, std::string_view key) {
  const ControlInput input(request,
                           {"method", "path", "operation", "status", "error_code", "limit"});
  const std::size_t limit = limit_of(input);
  const auto method = input.text("method");
  const auto path = input.text("path");
  const auto operation = input.text("operation");
  const auto status = input.integer("status");
  const auto error_code = input.text("error_code");
  Json rows = Json::array();
  for (const RequestRecord& record : log.newest(account, most_rows)) {
    const bool wanted = passes(method, record.method) && passes(path, path_of(record)) &&
                        passes(operation, record.operation) &&
                        passes(error_code, record.error_code) &&
                        (!status || *status == record.status);
    if (!wanted) continue;
    if (rows.size() == limit) return page_of(std::move(rows), true);
    rows.push_back(shown_request(record, base_url, key));
  }
  return page_of(std::move(rows), false);
}

Json observed_events(const api::Request& request, World& world) {
  const ControlInput input(request, {"type", "object", "limit", "starting_after"});
  const std::size_t limit = limit_of(input);
  const auto type = input.text("type");
  const auto object = input.text("object");
  store::Transaction tx(world.store, {});
  std::uint64_t before = 0;
  if (const auto after = input.text("starting_after")) {
    const store::Document event = tx.find("event", *after);
    if (!event) throw api::no_such("event", *after, "starting_after");
    before = event.sequence();
  }
  Json rows = Json::array();
  bool has_more = false;
  tx.scan_down("event", before, [&](const store::Document& event) {
    if (!passes(type, text(*event, "type"))) return true;
    if (object && at_path(*event, {"data", "object", "id"}) != *object) return true;
    has_more = rows.size() == limit;
    if (!has_more) rows.push_back(*event);
    return !has_more;
  });
  return page_of(std::move(rows), has_more);
}

std::string metrics_text(Accounts& accounts, const RequestLog& log, std::int64_t up_microseconds) {
  std::string out;
  add_requests(out, log.tallies());
  add_objects(out, accounts);
  Family(out, "okapi_uptime_seconds", "gauge", "Since the server was made.")
      .add("", seconds_text(up_microseconds));
  Family(out, "process_resident_memory_bytes", "gauge", "Resident memory.")
      .add("", std::to_string(resident_bytes()));
  return out;
}

}  // namespace okapi::server
