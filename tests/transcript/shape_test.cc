#include "tests/transcript/shape.h"

#include <doctest/doctest.h>

namespace okapi::transcript {
namespace {

const Json whole_price = Json::parse(R"({
  "id": "price_1", "object": "price", "active": true, "billing_scheme": "per_unit",
  "created": 1767225600, "currency": "usd", "custom_unit_amount": null, "livemode": false,
  "lookup_key": null, "metadata": {"a": "b"}, "nickname": null, "product": "prod_1",
  "recurring": {"interval": "month", "interval_count": 1, "meter": null,
                "trial_period_days": null, "usage_type": "licensed"},
  "tax_behavior": "unspecified", "tiers_mode": null, "transform_quantity": null,
  "type": "recurring", "unit_amount": 100, "unit_amount_decimal": "100"})");

// The faults of the price after `edit`, which is a JSON patch.
std::vector<std::string> price_faults(const std::string& edit) {
  api::ObjectType type(0);
  REQUIRE(api::find_object("price", type));
  return object_faults(type, whole_price.patch(Json::parse(edit)), "");
}

TEST_CASE("a price of the declared shape has no fault, any other has one") {
  struct Case {
    std::string name;
    std::string edit;
    std::string fault;
  };
  const Case cases[] = {
      {"as it should be", "[]", ""},
      {"a null where it may be", R"([{"op":"replace","path":"/unit_amount","value":null}])", ""},
      {"an includable field that is there", R"([{"op":"add","path":"/tiers","value":[]}])", ""},
      {"an expanded reference is an object of its kind",
       R"([{"op":"replace","path":"/product","value":{"id":"x","object":"customer"}}])",
       "shape: product.object is not \"product\": \"customer\""},
      {"another object", R"([{"op":"replace","path":"/object","value":"plan"}])",
       "shape: object is not \"price\": \"plan\""},
      {"a field nobody declared", R"([{"op":"add","path":"/colour","value":1}])",
       "shape: colour is not declared"},
      {"a field below that nobody declared",
       R"([{"op":"add","path":"/recurring/colour","value":1}])",
       "shape: recurring.colour is not declared"},
      {"a field that is gone", R"([{"op":"remove","path":"/currency"}])",
       "shape: currency is missing"},
      {"a null where it may not be", R"([{"op":"replace","path":"/active","value":null}])",
       "shape: active is null"},
      {"a word that is none",
       R"([{"op":"replace","path":"/recurring/interval","value":"fortnight"}])",
       "shape: recurring.interval is not one of the declared words: \"fortnight\""},
      {"a text for an integer", R"([{"op":"replace","path":"/unit_amount","value":"100"}])",
       "shape: unit_amount is not an integer: \"100\""},
      {"an integer for a decimal", R"([{"op":"replace","path":"/unit_amount_decimal","value":1}])",
       "shape: unit_amount_decimal is not a decimal: 1"},
      {"an exponent", R"([{"op":"replace","path":"/unit_amount_decimal","value":"1e3"}])",
       "shape: unit_amount_decimal is not a decimal: \"1e3\""},
      {"a text for a time", R"([{"op":"replace","path":"/created","value":"today"}])",
       "shape: created is not a time: \"today\""},
      {"a number for a boolean", R"([{"op":"replace","path":"/active","value":1}])",
       "shape: active is not a boolean: 1"},
      {"metadata that is not text", R"([{"op":"add","path":"/metadata/n","value":1}])",
       "shape: metadata is not a map of strings: {\"a\":\"b\",\"n\":1}"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const std::vector<std::string> faults = price_faults(c.edit);
    CHECK((faults.empty() ? std::string() : faults.front()) == c.fault);
    CHECK(faults.size() <= 1);
  }
}

std::vector<std::string> answer_faults(const std::string& method, const std::string& path,
                                       int status, const Json& body) {
  api::Request request;
  request.method = method;
  request.target = path;
  api::Response response;
  response.status = status;
  response.body = to_pretty(body);
  return shape_faults(request, response);
}

TEST_CASE("lists, stubs and layouts have their shape too") {
  const Json list = {{"object", "list"},
                     {"data", Json::array({whole_price})},
                     {"has_more", false},
                     {"url", "/v1/prices"}};
  CHECK(answer_faults("GET", "/v1/prices", 200, list).empty());
  CHECK(answer_faults("GET", "/v1/prices", 200, whole_price).size() > 2);
  Json wrong = list;
  wrong["data"][0]["type"] = "sometimes";
  wrong.erase("has_more");
  const std::vector<std::string> expected = {
      "shape: has_more is missing",
      "shape: data.0.type is not one of the declared words: \"sometimes\""};
  CHECK(answer_faults("GET", "/v1/prices", 200, wrong) == expected);

  const Json stub = {{"id", "cus_1"}, {"object", "customer"}, {"deleted", true}};
  CHECK(answer_faults("DELETE", "/v1/customers/cus_1", 200, stub).empty());
  CHECK(answer_faults("GET", "/v1/customers/cus_1", 200, stub).empty());
  CHECK(!answer_faults("GET", "/v1/prices/price_1", 200, stub).empty());

  api::Request request;
  request.method = "GET";
  request.target = "/v1/prices/price_1";
  api::Response compact;
  compact.body = whole_price.dump();
  CHECK(shape_faults(request, compact) ==
        std::vector<std::string>{"shape: the body is not laid out as Stripe's"});
  // Older versions have other shapes.
  request.headers = {{"Stripe-Version", "2020-08-27"}};
  compact.body = to_pretty({{"id", "price_1"}, {"object", "price"}});
  CHECK(shape_faults(request, compact).empty());
}

TEST_CASE("an error body has only what Stripe sends") {
  struct Case {
    std::string name;
    std::string body;
    bool right;
  };
  const Case cases[] = {
      {"the least", R"({"error":{"message":"m","type":"invalid_request_error"}})", true},
      {"no message", R"({"error":{"type":"invalid_request_error"}})", false},
      {"no type", R"({"error":{"message":"m"}})", false},
      {"an unknown type", R"({"error":{"message":"m","type":"permission_error"}})", false},
      {"a null", R"({"error":{"code":null,"message":"m","type":"api_error"}})", false},
      {"an unknown member", R"({"error":{"hint":"h","message":"m","type":"api_error"}})", false},
      {"something beside it", R"({"error":{"message":"m","type":"api_error"},"ok":false})", false},
      {"no error", R"({"message":"m"})", false},
      {"an id for an object",
       R"({"error":{"message":"m","payment_intent":"pi_1","type":"card_error"}})", false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(error_faults(Json::parse(c.body), false).empty() == c.right);
  }
  CHECK(error_faults(Json::parse(R"({"error":{"message":"m","type":"quota_exceeded"}})"), true)
            .empty());
}

}  // namespace
}  // namespace okapi::transcript
