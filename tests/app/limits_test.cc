// Counts that would make a transcript too long.
#include <string>

#include <doctest/doctest.h>

#include "app.h"
#include "tests/transcript/world.h"

namespace okapi {
namespace {

class Client {
 public:
  Client() : dispatch_(registry(), api::Settings{}, transcript::quiet_options()) {
    dispatch_.set_ready(true);
  }

  api::Response post(const std::string& path, const std::string& form) {
    return send("POST", path, form);
  }
  api::Response del(const std::string& path) { return send("DELETE", path, ""); }

 private:
  api::Response send(const char* method, const std::string& path, const std::string& form) {
    return dispatch_.handle({.method = method,
                             .target = path,
                             .body = form,
                             .headers = {{"Authorization", "Bearer sk_test_limits"},
                                         {"Content-Type", "application/x-www-form-urlencoded"}},
                             .remote = "test"});
  }

  server::Dispatch dispatch_;
};

const std::string ten_cents =
    "customer=cus_1&amount[type]=monetary&amount[monetary][value]=10&amount[monetary][currency]=usd"
    "&applicability_config[scope][price_type]=metered";

TEST_CASE("the 101st unused grant is refused until one of them expires") {
  Client client;
  REQUIRE(client.post("/v1/customers", "id=cus_1").status == 200);
  std::string first;
  for (int i = 0; i < 100; ++i) {
    const api::Response response = client.post("/v1/billing/credit_grants", ten_cents);
    REQUIRE(response.status == 200);
    if (first.empty()) first = text(parse_stored(response.body), "id");
  }
  const api::Response refused = client.post("/v1/billing/credit_grants", ten_cents);
  CHECK(refused.status == 400);
  CHECK(text(parse_stored(refused.body).at("error"), "type") == "invalid_request_error");

  // Another customer is not counted.
  REQUIRE(client.post("/v1/customers", "id=cus_2").status == 200);
  std::string other = ten_cents;
  other.replace(other.find("cus_1"), 5, "cus_2");
  CHECK(client.post("/v1/billing/credit_grants", other).status == 200);

  REQUIRE(client.post("/v1/billing/credit_grants/" + first + "/expire", "").status == 200);
  CHECK(client.post("/v1/billing/credit_grants", ten_cents).status == 200);
}

TEST_CASE("the 26th alert of a meter is refused, archived ones make room") {
  Client client;
  const api::Response made = client.post(
      "/v1/billing/meters", "display_name=a&event_name=a&default_aggregation[formula]=sum");
  const std::string alert =
      "alert_type=usage_threshold&title=a&usage_threshold[gte]=1&usage_threshold[recurrence]=one_"
      "time"
      "&usage_threshold[meter]=" +
      text(parse_stored(made.body), "id");
  std::string first;
  for (int i = 0; i < 25; ++i) {
    const api::Response response = client.post("/v1/billing/alerts", alert);
    REQUIRE(response.status == 200);
    if (first.empty()) first = text(parse_stored(response.body), "id");
  }
  CHECK(client.post("/v1/billing/alerts", alert).status == 400);
  REQUIRE(client.post("/v1/billing/alerts/" + first + "/archive", "").status == 200);
  CHECK(client.post("/v1/billing/alerts", alert).status == 200);
}

TEST_CASE("the 251st pending invoice item is refused, one on a draft is not") {
  Client client;
  REQUIRE(client.post("/v1/customers", "id=cus_1").status == 200);
  const std::string item = "customer=cus_1&amount=100&currency=usd";
  for (int i = 0; i < 250; ++i) REQUIRE(client.post("/v1/invoiceitems", item).status == 200);
  const api::Response refused = client.post("/v1/invoiceitems", item);
  CHECK(refused.status == 400);
  CHECK(text(parse_stored(refused.body).at("error"), "param") == "customer");

  const api::Response draft = client.post("/v1/invoices", "customer=cus_1");
  const std::string invoice = text(parse_stored(draft.body), "id");
  CHECK(client.post("/v1/invoiceitems", item + "&invoice=" + invoice).status == 200);
  REQUIRE(
      client.post("/v1/invoices", "customer=cus_1&pending_invoice_items_behavior=include").status ==
      200);
  CHECK(client.post("/v1/invoiceitems", item).status == 200);
}

TEST_CASE("the 501st subscription of a customer is refused, canceled ones make room") {
  Client client;
  REQUIRE(client.post("/v1/customers", "id=cus_1").status == 200);
  const api::Response price = client.post(
      "/v1/prices", "currency=usd&unit_amount=0&recurring[interval]=month&product_data[name]=Free");
  const std::string subscription =
      "customer=cus_1&items[0][price]=" + text(parse_stored(price.body), "id");
  std::string first;
  for (int i = 0; i < 500; ++i) {
    const api::Response response = client.post("/v1/subscriptions", subscription);
    REQUIRE(response.status == 200);
    if (first.empty()) first = text(parse_stored(response.body), "id");
  }
  CHECK(client.post("/v1/subscriptions", subscription).status == 400);
  REQUIRE(client.del("/v1/subscriptions/" + first).status == 200);
  CHECK(client.post("/v1/subscriptions", subscription).status == 200);
}

}  // namespace
}  // namespace okapi
