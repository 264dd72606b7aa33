// One account and the way of a request from parameters to rendered text, without a server: for
// tests of lists, expansion, rendering and plain storage.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api/operation.h"
#include "api/render.h"
#include "api/storage.h"
#include "tests/api/refusal.h"

namespace okapi::api {

class World {
 public:
  explicit World(const Registry& registry)
      : registry_(registry),
        account_({.id = "acct_test",
                  .schema = &registry.schema(),
                  .ids = {.counting = true, .seed = 0},
                  .clock = {.frozen = true, .at = 1'000'000, .offset = 0},
                  .render_event = [](const std::string& id, const store::EmittedEvent& event,
                                     const store::Origin&) {
                    return R"({"id":")" + id + R"(","object":"event","type":")" + event.type +
                           "\"}";
                  }}) {}

  // The answer's text, or the refusal as shown_refusal() writes it.
  std::string call(std::string_view method, const std::string& target, std::string_view form = {}) {
    std::string answer;
    const std::string refusal = refusal_of([&] { answer = run(method, target, form); });
    return refusal.empty() ? answer : refusal;
  }
  Json json(std::string_view method, const std::string& target, std::string_view form = {}) {
    const std::string answer = call(method, target, form);
    Json parsed = Json::parse(answer, nullptr, false);
    return parsed.is_discarded() ? Json(answer) : parsed;
  }
  void set_now(Seconds now) {
    store::Transaction tx(account_, {});
    tx.set_clock({.frozen = true, .at = now, .offset = 0});
    tx.commit();
  }
  store::Account& account() { return account_; }
  std::vector<std::string> events;  // types emitted by the last call

 private:
  std::string run(std::string_view method, const std::string& target, std::string_view form) {
    events.clear();
    Request request{.method = std::string(method),
                    .target = target,
                    .body = std::string(form),
                    .headers = {},
                    .secure = false,
                    .remote = {}};
    Route route;
    if (!find_route(method, request.path(), route)) throw unrecognized_url(method, request.path());
    const Input input =
        route.operation.v2()
            ? check_v2_params(route.operation, parse_form(request.query(), ""), form)
            : check_params(route.operation, parse_form(request.query(), form));
    store::Transaction tx(account_, {});
    Context ctx{.tx = tx,
                .operation = route.operation,
                .params = input.params,
                .input = input,
                .path_ids = route.path_ids,
                .path_id = route.path_ids.empty() ? "" : route.path_ids.back(),
                .base_url = "http://localhost",
                .version = api_version(),
                .settings = settings_,
                .registry = registry_,
                .request = request};
    const Handler handler = registry_.handler(route.operation);
    Reply reply = handler != nullptr ? handler(ctx) : answer_from_storage(ctx);
    std::string answer = render(tx, route.operation, std::move(reply), input.expand, ctx.version);
    tx.commit();
    for (const std::string& id : tx.committed_events()) {
      events.push_back(text(*tx.find("event", id), "type"));
    }
    return answer;
  }

  const Registry& registry_;
  Settings settings_;
  store::Account account_;
};

}  // namespace okapi::api
