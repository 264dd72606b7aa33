// The small commands: each is a request or two to a running server, and what to print of the
// answer.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "api/storage.h"
#include "app.h"
#include "base/text.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/complain.h"
#include "engine/explain.h"
#include "events/produced.h"
#include "store/atomic_file.h"

namespace okapi::cli {
namespace {

std::string message_of(const api::Response& response) {
  const Json body = Json::parse(response.body, nullptr, false);
  const Json& message = at_path(body, {"error", "message"});
  if (message.is_string()) return message.get<std::string>();
  return "the server answered " + std::to_string(response.status);
}

int failed(const api::Response& response) {
  complain(message_of(response));
  return 1;
}

int print_or_fail(const api::Response& response, const std::string& done) {
  if (response.status != 200) return failed(response);
  std::printf("%s\n", done.c_str());
  return 0;
}

}  // namespace

int snapshot_save(const ClientConfig& config, const std::string& file) {
  const api::Response response =
      send_to(config.url)(make_request("GET", "/_okapi/snapshot", config.key));
  if (response.status != 200) return failed(response);
  std::error_code missing;
  const bool is_device =
      std::filesystem::exists(file, missing) && !std::filesystem::is_regular_file(file, missing);
  if (is_device) {  // /dev/stdout, a pipe: nothing that could be replaced
    std::ofstream out(file, std::ios::binary);
    out << response.body;
    if (out.flush()) return 0;
    complain(concat("cannot write ", file, ": is there room?"));
    return 1;
  }
  store::AtomicFile saved(file);
  saved.stream() << response.body;
  saved.commit();
  std::printf("saved %s\n", file.c_str());
  return 0;
}

int snapshot_load(const ClientConfig& config, const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    complain(concat("cannot read ", file, ": is the path right?"));
    return 1;
  }
  std::ostringstream body;
  body << in.rdbuf();
  api::Request request = make_request("PUT", "/_okapi/snapshot", config.key, body.str());
  return print_or_fail(send_to(config.url)(request), "loaded " + file);
}

int reset(const ClientConfig& config, bool all) {
  return print_or_fail(
      send_to(config.url)(make_request("POST", "/_okapi/reset", config.key, all ? "all=true" : "")),
      all ? "emptied all accounts" : "emptied the account of the key");
}

int advance(const ClientConfig& config, const std::string& span) {
  const api::Response response =
      send_to(config.url)(make_request("POST", "/_okapi/clock", config.key, "advance=" + span));
  if (response.status != 200) return failed(response);
  const Json body = Json::parse(response.body, nullptr, false);
  std::printf("%s\n", to_rfc3339(integer(body, "now")).c_str());
  return 0;
}

int explain(const ClientConfig& config, const std::string& invoice, bool json) {
  const api::Response response =
      send_to(config.url)(make_request("GET", "/_okapi/explain/" + invoice, config.key));
  if (response.status != 200) return failed(response);
  if (json) {
    std::printf("%s\n", response.body.c_str());
    return 0;
  }
  const Json explanation = Json::parse(response.body, nullptr, false);
  std::printf("%s", engine::explanation_text(explanation).c_str());
  return 0;
}

int healthcheck(const ClientConfig& config) {
  const api::Response response =
      send_to(config.url)(make_request("GET", "/_okapi/health", config.key));
  if (response.status != 200) return failed(response);
  std::printf("ready\n");
  return 0;
}

namespace {

void print_event(const char* word, std::string_view type) {
  std::printf("%-9s  %.*s\n", word, static_cast<int>(type.size()), type.data());
}

}  // namespace

int coverage(bool all, bool json) {
  Json operations = Json::array();
  std::map<std::string, std::array<int, 3>> by_resource;
  std::array<int, 3> totals{};
  static constexpr const char* words[] = {"behaviour", "storage", "missing"};
  for (std::uint32_t i = 0; i < api::operation_count(); ++i) {
    const api::Operation operation(i);
    const auto grade = static_cast<std::size_t>(api::coverage(registry(), operation));
    ++totals[grade];
    ++by_resource[std::string(operation.resource())][grade];
    operations.push_back(
        {{"operation", operation.name()},
         {"request", std::string(operation.method()) + " " + std::string(operation.path())},
         {"coverage", words[grade]}});
  }
  if (json) {
    std::printf("%s\n", to_pretty(operations).c_str());
    return 0;
  }
  if (all) {
    for (const Json& row : operations) {
      std::printf("%-9s  %-55s  %s\n", text(row, "coverage").c_str(),
                  text(row, "operation").c_str(), text(row, "request").c_str());
    }
    for (const std::string_view type : events::produced_types()) print_event("event", type);
    for (const std::string_view type : events::types_not_produced()) print_event("no event", type);
    return 0;
  }
  std::printf("%-45s %9s %9s %9s\n", "resource", words[0], words[1], words[2]);
  for (const auto& [resource, counts] : by_resource) {
    std::printf("%-45s %9d %9d %9d\n", resource.c_str(), counts[0], counts[1], counts[2]);
  }
  std::printf("%-45s %9d %9d %9d\n", "all", totals[0], totals[1], totals[2]);
  std::printf("%zu of %zu event types can happen; --all names them\n",
              events::produced_types().size(),
              events::produced_types().size() + events::types_not_produced().size());
  return 0;
}

}  // namespace okapi::cli
