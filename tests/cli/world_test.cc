#include "cli/world.h"

#include <doctest/doctest.h>

#include "base/json.h"

using namespace okapi;
using namespace okapi::cli;

TEST_CASE("an invoice that is finalized while nobody asks points at the announced address") {
  ServeConfig config;
  config.seed = 1;
  config.now = "2024-10-01";
  config.any_key = true;
  config.quiet = true;
  const std::unique_ptr<server::Dispatch> dispatch = make_dispatch(config, "http://127.0.0.1:4000");
  dispatch->set_ready(true);
  const auto send = [&](const char* method, const char* target, const char* body) {
    api::Request request;
    request.method = method;
    request.target = target;
    request.body = body;
    const api::Response response = dispatch->handle(request);
    CAPTURE(response.body);
    REQUIRE(response.status == 200);
    return Json::parse(response.body);
  };
  send("POST", "/v1/products", "id=tokens&name=Tokens");
  const std::string customer = text(send("POST", "/v1/customers", ""), "id");
  const std::string price = text(send("POST", "/v1/prices",
                                      "product=tokens&currency=usd&unit_amount=20000&"
                                      "recurring[interval]=month"),
                                 "id");
  send("POST", "/v1/subscriptions",
       ("collection_method=send_invoice&days_until_due=7&customer=" + customer +
        "&items[0][price]=" + price)
           .c_str());
  send("POST", "/_okapi/clock", "{\"advance\":\"2h\"}");
  const Json invoice = send("GET", "/v1/invoices", "").at("data").at(0);
  CHECK(text(invoice, "status") == "open");
  CHECK(text(invoice, "hosted_invoice_url").starts_with("http://127.0.0.1:4000/"));
}
