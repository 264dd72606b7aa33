// The worlds of fixtures/ against the whole program: each comes up, and bills what its first lines
// say.
#include "server/fixtures.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "app.h"
#include "base/json.h"
#include "server/dispatch.h"

using namespace okapi;

namespace {

const std::string folder = std::string(OKAPI_SOURCE_DIR) + "/fixtures/";

struct World {
  explicit World(const std::string& fixture) {
    server::Options options;
    options.base_url = "http://127.0.0.1:12111";
    options.counting_ids = true;
    options.quiet = true;
    options.clock = {.frozen = true, .at = *parse_time("2026-11-01T12:00:00Z")};
    dispatch = std::make_unique<server::Dispatch>(registry(), api::Settings(), options);
    saved = server::send_fixture(*dispatch, folder + fixture);
  }

  Json send(const std::string& method, const std::string& target, const std::string& body = {}) {
    api::Request request;
    request.method = method;
    request.target = target;
    request.body = body;
    request.headers = {{"Authorization", "Bearer sk_test_okapi"}};
    const api::Response response = dispatch->handle(request);
    CAPTURE(response.body);
    REQUIRE(response.status == 200);
    return Json::parse(response.body);
  }
  // The newest invoice of the customer.
  Json newest_invoice(const std::string& customer) {
    return send("GET", "/v1/invoices?limit=1&customer=" + saved.at(customer)).at("data").at(0);
  }
  void advance(const std::string& span) { send("POST", "/_okapi/clock", "advance=" + span); }

  std::unique_ptr<server::Dispatch> dispatch;
  std::map<std::string, std::string> saved;
};

void check_paid(const Json& invoice, std::int64_t total, std::int64_t paid) {
  CHECK(text(invoice, "status") == "paid");
  CHECK(integer(invoice, "total") == total);
  CHECK(integer(invoice, "amount_paid") == paid);
}

}  // namespace

TEST_CASE("every fixture comes up") {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    CAPTURE(entry.path().string());
    CHECK_FALSE(World(entry.path().filename()).saved.empty());
  }
}

TEST_CASE("hypernian bills the fee and the overage") {
  World world("hypernian.yaml");
  check_paid(world.newest_invoice("CUSTOMER_ID"), 20'000, 20'000);
  world.advance("1mo2h");
  check_paid(world.newest_invoice("CUSTOMER_ID"), 25'000, 25'000);
}

TEST_CASE("saas bills seats by card and by invoice") {
  World world("saas.yaml");
  check_paid(world.newest_invoice("MONTHLY_CUSTOMER_ID"), 6'000, 6'000);
  check_paid(world.newest_invoice("YEARLY_CUSTOMER_ID"), 240'000, 240'000);
  world.advance("1mo2h");
  check_paid(world.newest_invoice("MONTHLY_CUSTOMER_ID"), 6'000, 6'000);
  const Json sent = world.newest_invoice("INVOICED_CUSTOMER_ID");
  CHECK(text(sent, "status") == "open");
  CHECK(integer(sent, "amount_due") == 50'000);
  CHECK(text(world.send("GET", "/v1/subscriptions/" + world.saved.at("LEAVING_SUBSCRIPTION_ID")),
             "status") == "canceled");
}

TEST_CASE("pay as you go bills packages, volume and graduated tiers in arrears") {
  World world("pay_as_you_go.yaml");
  world.advance("1mo2h");
  check_paid(world.newest_invoice("CUSTOMER_ID"), 12'718, 12'718);
}

TEST_CASE("credits pay before the card does") {
  World world("credits.yaml");
  check_paid(world.newest_invoice("CUSTOMER_ID"), 10'000'000, 10'000'000);
  world.advance("1mo2h");
  check_paid(world.newest_invoice("CUSTOMER_ID"), 0, 0);
  check_paid(world.newest_invoice("SMALL_CUSTOMER_ID"), 1'000, 1'000);
  const Json balance = world.send(
      "GET", "/v1/billing/credit_balance_summary?customer=" + world.saved.at("CUSTOMER_ID") +
                 "&filter[type]=applicability_scope"
                 "&filter[applicability_scope][price_type]=metered");
  CHECK(at_path(balance.at("balances").at(0), {"available_balance", "monetary", "value"}) ==
        7'500'000);
}
