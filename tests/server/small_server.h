// A server with three handlers and an engine that rings alarms: enough for what surrounds handlers.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "api/list.h"
#include "server/accounts.h"
#include "server/dispatch.h"

namespace okapi {

constexpr Seconds start = 1'790'000'000;

// Stands in for the engine: alarms are due at their time and ring in the order of it.
inline void read_alarm(const Json& alarm, std::vector<store::Due>& due) {
  if (!has(alarm, "at")) return;
  due.push_back({.at = integer(alarm, "at"), .rank = 0, .action = "ring", .clock = {}});
}

inline bool ring(store::Transaction& tx, const api::Settings&) {
  const auto step = tx.next_due("", tx.now());
  if (!step) return false;
  tx.set_now(step->due.at);
  const auto rung = tx.update(step->document, [](Json& edited) { edited["at"] = nullptr; });
  tx.emit("test.alarm.rang", rung);
  return true;
}

inline api::Reply create_customer(api::Context& ctx) {
  Json customer = api::default_object(ctx.tx, "customer");
  api::assign_params(customer, ctx.params, {"name"});
  const store::Document made = ctx.tx.insert(std::move(customer));
  ctx.tx.emit("customer.created", made);
  return made;
}

inline api::Reply update_customer(api::Context& ctx) {
  const store::Document customer = api::require(ctx.tx, "customer", ctx.path_id);
  ctx.tx.emit("customer.updated", customer);
  return ctx.tx.update(customer,
                       [&](Json& edited) { api::assign_params(edited, ctx.params, {"name"}); });
}

inline api::Reply list_customers(api::Context& ctx) { return api::list_by_params(ctx, "customer"); }

inline const api::Registry& small_registry() {
  static const api::Registry made = [] {
    api::Registry registry;
    registry.bind("customers.create", create_customer);
    registry.bind("customers.update", update_customer);
    registry.bind("customers.list", list_customers);
    registry.due("test.alarm", read_alarm);
    registry.run_due = ring;
    return registry;
  }();
  return made;
}

struct SmallServer {
  SmallServer() : SmallServer(server::Options()) {}
  explicit SmallServer(server::Options options) {
    options.base_url = "http://127.0.0.1:12111";
    options.counting_ids = true;
    options.quiet = true;
    options.clock = {.frozen = true, .at = start};
    dispatch = std::make_unique<server::Dispatch>(small_registry(), api::Settings(), options);
    dispatch->set_ready(true);
  }

  api::Response send(const std::string& method, const std::string& target,
                     const std::string& body = {}, api::Headers headers = {}) {
    api::Request request;
    request.method = method;
    request.target = target;
    request.body = body;
    request.headers = std::move(headers);
    if (!key.empty()) request.headers.emplace_back("Authorization", "Bearer " + key);
    return dispatch->handle(request);
  }
  Json get(const std::string& target) { return answer("GET", target, {}); }
  Json post(const std::string& target, const std::string& body = {}) {
    return answer("POST", target, body);
  }
  Json answer(const std::string& method, const std::string& target, const std::string& body) {
    const api::Response response = send(method, target, body);
    CAPTURE(response.body);
    REQUIRE(response.status == 200);
    return Json::parse(response.body);
  }
  // The refusal's status and message.
  std::string refusal(const std::string& method, const std::string& target,
                      const std::string& body = {}, api::Headers headers = {}) {
    const api::Response response = send(method, target, body, std::move(headers));
    const Json parsed = Json::parse(response.body);
    if (!parsed.contains("error")) return "accepted: " + response.body;
    return std::to_string(response.status) + " " + text(parsed.at("error"), "message");
  }
  std::string create_customer(const std::string& name) {
    return text(post("/v1/customers", "name=" + name), "id");
  }
  std::size_t customers() { return get("/v1/customers?limit=100").at("data").size(); }
  void add_alarm(const std::string& id, Seconds at) {
    store::Transaction tx(dispatch->accounts().of_key(key).store, {});
    tx.insert({{"id", id}, {"object", "test.alarm"}, {"at", at}});
    tx.commit();
  }

  std::unique_ptr<server::Dispatch> dispatch;
  std::string key = "sk_test_a";
};

}  // namespace okapi
