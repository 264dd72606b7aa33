#include "api/error.h"

#include <string>

#include <doctest/doctest.h>

#include "tests/api/refusal.h"

namespace okapi::api {
namespace {

TEST_CASE("every refusal says what Stripe says") {
  struct Case {
    std::string name;
    ApiError error;
    std::string shown;
  };
  const Case cases[] = {
      {"unknown URL", unrecognized_url("GET", "/v1/nope"),
       "404: Unrecognized request URL (GET: /v1/nope). Please see https://stripe.com/docs or we "
       "can "
       "help at https://support.stripe.com/."},
      {"unknown URL with a slash", unrecognized_url("POST", "/v1/payment_intents/"),
       "404: Unrecognized request URL (POST: /v1/payment_intents/). If you are trying to list "
       "objects, "
       "remove the trailing slash. If you are trying to retrieve an object, make sure you passed a "
       "valid (non-empty) identifier in your code. Please see https://stripe.com/docs or we can "
       "help "
       "at https://support.stripe.com/."},
      {"no key", no_api_key(),
       "401: You did not provide an API key. You need to provide your API key in the Authorization "
       "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See "
       "https://stripe.com/docs/api#authentication for details, or we can help at "
       "https://support.stripe.com/."},
      {"wrong key", invalid_api_key("sk_test_0123456789abcdefhere"),
       "401: Invalid API Key provided: sk_test_****************here"},
      {"short wrong key", invalid_api_key("abc"), "401: Invalid API Key provided: ***"},
      {"foreign account", foreign_account("sk_test_0123456789abcdefgh1234", "acct_x"),
       "403 account_invalid: The provided key 'sk_test_******************1234' does not have "
       "access to "
       "account 'acct_x' (or that account does not exist). Application access may have been "
       "revoked."},
      {"version", invalid_version("2099-01-01"), "400: Invalid Stripe API version: 2099-01-01"},
      {"unknown parameter", unknown_parameter("invoice_settings[nope]"),
       "400 parameter_unknown invoice_settings[nope]: Received unknown parameter: "
       "invoice_settings[nope]"},
      {"missing", missing_parameter("items[0][price]"),
       "400 parameter_missing items[0][price]: Missing required param: items[0][price]."},
      {"empty", empty_parameter("name"),
       "400 parameter_invalid_empty name: You passed an empty string for 'name'. We assume empty "
       "values "
       "are an attempt to unset a parameter; however 'name' cannot be unset. You should remove "
       "'name' "
       "from your request or supply a non-empty value."},
      {"integer", invalid_integer("amount", "9175.2"),
       "400 parameter_invalid_integer amount: Invalid integer: 9175.2"},
      {"range", at_least("amount", 1),
       "400 parameter_invalid_integer amount: This value must be greater than or equal to 1."},
      {"range above", at_most("limit", 100),
       "400 parameter_invalid_integer limit: This value must be less than or equal to 100."},
      {"sign", invalid_non_negative_integer("unit_amount"),
       "400 parameter_invalid_integer unit_amount: Invalid non-negative integer"},
      {"decimal", invalid_decimal("d", "abc"), "400 d: Invalid decimal: abc"},
      {"decimal places", too_many_decimal_places("d", "0.1234567890123"),
       "400 d: Invalid decimal: 0.1234567890123e0; must contain at most 12 decimal places."},
      {"decimal below 1", too_many_decimal_places("d", "0.0012345678901234"),
       "400 d: Invalid decimal: 0.12345678901234e-2; must contain at most 12 decimal places."},
      {"negative decimal", negative_decimal("d", "-0.5"),
       "400 d: This value must be greater than or equal to 0 (it currently is '-0.5e0')."},
      {"negative decimal above 1", negative_decimal("d", "-1.50"),
       "400 d: This value must be greater than or equal to 0 (it currently is '-0.15e1')."},
      {"boolean", invalid_boolean("b", "yes"), "400 b: Invalid boolean: yes"},
      {"object", invalid_object("o"), "400 o: Invalid object"},
      {"array", invalid_array("a"), "400 a: Invalid array"},
      {"string", invalid_string("s", "{\"0\":\"wrong\"}"),
       "400 s: Invalid string: {\"0\":\"wrong\"}"},
      {"enum of four", invalid_enum("recurring[interval]", "x", {"month", "year", "week", "day"}),
       "400 recurring[interval]: Invalid recurring[interval]: must be one of month, year, week, or "
       "day"},
      {"enum of two", invalid_enum("t", "x", {"a", "b"}),
       "400 t: Invalid t: must be one of a or b"},
      {"too long", too_long("name", std::string(4997, 'b') + "wxyz", 5000),
       "400 name: Invalid string: bbbb...wxyz; must be at most 5000 characters"},
      {"too long in UTF-8",
       too_long("name", "\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F--------\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F",
                5),
       "400 name: Invalid string: "
       "\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F...\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F; must be at most 5 "
       "characters"},
      {"too many", too_many_items("items", 20),
       "400 items: Array items exceeded maximum 20 allowed elements."},
      {"email", invalid_email("email", "x"), "400 email_invalid email: Invalid email address: x"},
      {"url", invalid_url("url"), "400 url_invalid url: Not a valid URL"},
      {"either-or", only_one_of({"customer", "customer_email"}),
       "400 customer: You may only specify one of these parameters: customer, customer_email."},
      {"metadata keys", too_many_metadata_keys(52),
       "400 metadata: Metadata can have up to 50 keys, but you've set 52"},
      {"metadata key", metadata_key_too_long(std::string(41, 'k')),
       "400 metadata: Metadata keys can have up to 40 characters, but you passed in a key that is "
       "41 "
       "characters. Invalid key: " +
           std::string(41, 'k')},
      {"id in a path", no_such_in_path("customer", "cus_x"),
       "404 resource_missing id: No such customer: 'cus_x'"},
      {"id in a parameter", no_such("price", "invalid", "items[0][price]"),
       "400 resource_missing items[0][price]: No such price: 'invalid'"},
      {"id with a blank", no_such("price", "a b", "price"),
       "400 resource_missing price: No such price: 'a b'. Make sure you use the exact id without "
       "extra "
       "whitespace or quotes"},
      {"id with markup", no_such("price", "<b>\\", "price"),
       "400 resource_missing price: No such price: '\\u003Cb\\u003E\\\\'"},
      {"payment method", no_such_in_path("PaymentMethod", "abcd", "payment_method"),
       "404 resource_missing payment_method: No such PaymentMethod: 'abcd'; It's possible this "
       "PaymentMethod exists on one of your connected accounts, in which case you should retry "
       "this "
       "request on that connected account. Learn more at "
       "https://stripe.com/docs/connect/authentication"},
      {"checkout session", no_such_in_path("checkout.session", "cs_test_x"),
       "404 resource_missing: No such checkout.session: cs_test_x"},
      {"exists", already_exists("coupon"),
       "400 resource_already_exists id: Coupon already exists."},
      {"expansion", cannot_expand("foo"), "400: This property cannot be expanded (foo)."},
      {"expansion on a list", cannot_expand("foo", "data.foo"),
       "400: This property cannot be expanded (foo). You may want to try expanding 'data.foo' "
       "instead."},
      {"inclusion", cannot_include("total_count"),
       "400: This property cannot be included (total_count)"},
      {"expansion too deep", expansion_too_deep("data.items.data.price.product"),
       "400 property_expansion_max_depth: You cannot expand more than 4 levels of a property. "
       "Property: "
       "data.items.data.price.product"},
      {"both cursors", both_cursors(),
       "400: Received both starting_after and ending_before parameters. Please pass in only one."},
      {"key of other parameters", idempotency_mismatch("K"),
       "400 (idempotency_error): Keys for idempotent requests can only be used with the same "
       "parameters "
       "they were first used with. Try using a key other than 'K' if you meant to execute a "
       "different "
       "request."},
      {"key in use", idempotency_in_use("K"),
       "409 idempotency_key_in_use: There is currently another in-progress request using this "
       "Idempotent Key (that probably means you submitted twice, and the other request is still "
       "going "
       "through): K. Please try again later."},
      {"key length", idempotency_key_length(), "400: Idempotency Key must be a non-empty string."},
      {"clock", test_clock_advancing("clock_1"),
       "429: Test clock advancement underway - cannot perform modifications: clock_1"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(shown_refusal(c.error) == c.shown);
  }
}

TEST_CASE("the currencies begin with usd and go on with the alphabet") {
  CHECK(invalid_currency("currency", "xyz")
            .message.starts_with("Invalid currency: xyz. Stripe currently supports these "
                                 "currencies: usd, aed, afn, all, amd"));
}

TEST_CASE("a live key is never repeated") {
  CHECK(live_key().status == 401);
  CHECK(live_key().message.find("_live_") == std::string::npos);
}

TEST_CASE("a huge value is not sent back whole") {
  const std::string huge(1 << 20, 'x');
  CHECK(unknown_parameter(huge).message.size() < 1000);
  CHECK(invalid_integer("a", huge).message.size() < 1000);
  CHECK(no_such("price", huge, "price").message.size() < 1100);
  CHECK(too_many_decimal_places("a", "0." + std::string(1 << 20, '1')).message.size() < 1000);
}

TEST_CASE("the envelope has its members in order and only those that apply") {
  SUBCASE("a documented code has a page") {
    CHECK(
        to_compact(error_body(no_such_in_path("customer", "cus_x"), "req_1", "http://h/r/req_1")) ==
        R"({"error":{"code":"resource_missing",)"
        R"("doc_url":"https://stripe.com/docs/error-codes/resource-missing",)"
        R"("message":"No such customer: 'cus_x'","param":"id",)"
        R"("request_log_url":"http://h/r/req_1","type":"invalid_request_error"}})");
  }
  SUBCASE("nothing that does not apply") {
    CHECK(to_compact(error_body(no_api_key(), "", ""))
              .starts_with(R"({"error":{"message":"You did not provide)"));
  }
  SUBCASE("a code without a page") {
    const Json body = error_body(expansion_too_deep("a.b.c.d.e"), "req_1", "");
    CHECK_FALSE(body.at("error").contains("doc_url"));
    CHECK(body.at("error").at("code") == "property_expansion_max_depth");
  }
  SUBCASE("further members stand among the others, an empty param included") {
    ApiError declined;
    declined.status = 402;
    declined.type = "card_error";
    declined.code = "card_declined";
    declined.message = "Your card was declined.";
    declined.extra = {{"decline_code", "generic_decline"}, {"param", ""}};
    CHECK(to_compact(error_body(declined, "req_1", "")) ==
          R"({"error":{"code":"card_declined","decline_code":"generic_decline",)"
          R"("doc_url":"https://stripe.com/docs/error-codes/card-declined",)"
          R"("message":"Your card was declined.","param":"","type":"card_error"}})");
  }
}

}  // namespace
}  // namespace okapi::api
