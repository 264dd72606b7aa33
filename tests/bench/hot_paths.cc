// hot_paths PATH COUNT: does one hot path COUNT times, inside the process and without the socket,
// so that callgrind can count what one time costs (instructions.sh).
//   get       GET of one customer by id
//   create    POST of a customer, as an SDK sends it
//   list      a page of 100 customers
//   meter     one meter event
//   renewal   one monthly renewal of a subscription: draft, finalization, payment, events
#include <cstdlib>
#include <iostream>
#include <string>

#include "app.h"
#include "base/text.h"
#include "tests/transcript/world.h"

namespace {

using namespace okapi;

constexpr const char* key = "Bearer sk_test_bench";

class Bench {
 public:
  Bench() : dispatch_(registry(), api::Settings{}, transcript::quiet_options()) {
    dispatch_.set_ready(true);
  }

  Json send(const std::string& method, const std::string& target, const std::string& body = {}) {
    const std::string answer = text_of(method, target, body);
    return Json::parse(answer);
  }

  std::string text_of(const std::string& method, const std::string& target,
                      const std::string& body = {}) {
    api::Request request;
    request.method = method;
    request.target = target;
    request.body = body;
    request.remote = "127.0.0.1";
    request.headers = {{"Authorization", key},
                       {"Content-Type", "application/x-www-form-urlencoded"}};
    const api::Response response = dispatch_.handle(request);
    if (response.status != 200) {
      throw std::runtime_error(concat(method, " ", target, " answered ", response.body));
    }
    return response.body;
  }

 private:
  server::Dispatch dispatch_;
};

const std::string customer =
    "name=Jenny+Rosen&email=jenny%40example.com&description=bench&metadata[order]=1";

void get(Bench& bench, int count) {
  const std::string id = text(bench.send("POST", "/v1/customers", customer), "id");
  for (int i = 0; i < count; ++i) bench.text_of("GET", "/v1/customers/" + id);
}

void create(Bench& bench, int count) {
  for (int i = 0; i < count; ++i) bench.text_of("POST", "/v1/customers", customer);
}

void list(Bench& bench, int count) {
  for (int i = 0; i < 150; ++i) bench.text_of("POST", "/v1/customers", customer);
  for (int i = 0; i < count; ++i) bench.text_of("GET", "/v1/customers?limit=100");
}

std::string make_customer(Bench& bench, const std::string& more) {
  return text(bench.send("POST", "/v1/customers", customer + more), "id");
}

void meter(Bench& bench, int count) {
  bench.send("POST", "/v1/billing/meters",
             "display_name=Tokens&event_name=tokens&default_aggregation[formula]=sum");
  const std::string id = make_customer(bench, "");
  for (int i = 0; i < count; ++i) {
    bench.text_of("POST", "/v1/billing/meter_events",
                  concat("event_name=tokens&payload[stripe_customer_id]=", id,
                         "&payload[value]=3&identifier=e", std::to_string(i)));
  }
}

void renewal(Bench& bench, int count) {
  const std::string clock =
      text(bench.send("POST", "/v1/test_helpers/test_clocks", "frozen_time=1767225600"), "id");
  const std::string id =
      make_customer(bench, concat("&test_clock=", clock,
                                  "&payment_method=pm_card_visa"
                                  "&invoice_settings[default_payment_method]=pm_card_visa"));
  const std::string product = text(bench.send("POST", "/v1/products", "name=Gold"), "id");
  const std::string price = text(
      bench.send(
          "POST", "/v1/prices",
          concat("product=", product, "&currency=usd&unit_amount=1000&recurring[interval]=month")),
      "id");
  bench.send("POST", "/v1/subscriptions", concat("customer=", id, "&items[0][price]=", price));
  const Seconds target = add_months(1'767'225'600, count) + 2 * hour;
  bench.send("POST", concat("/v1/test_helpers/test_clocks/", clock, "/advance"),
             concat("frozen_time=", std::to_string(target)));
}

struct Path {
  std::string_view name;
  void (*walk)(Bench& bench, int count);
};
constexpr Path paths[] = {
    {"get", get}, {"create", create}, {"list", list}, {"meter", meter}, {"renewal", renewal}};

}  // namespace

int main(int argc, char** argv) try {
  const int count = argc == 3 ? std::atoi(argv[2]) : 0;
  for (const Path& path : paths) {
    if (argc != 3 || path.name != argv[1] || count <= 0) continue;
    Bench bench;
    path.walk(bench, count);
    return 0;
  }
  std::cerr << "usage: hot_paths get|create|list|meter|renewal COUNT\n";
  return 2;
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
