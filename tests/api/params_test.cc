#include "api/params.h"

#include <string>

#include <doctest/doctest.h>

#include "api/form.h"
#include "tests/api/refusal.h"

namespace okapi::api {
namespace {

Operation operation(std::string_view name) {
  Operation found(0);
  REQUIRE_MESSAGE(find_operation(name, found), std::string(name));
  return found;
}

// The typed parameters as JSON, or the refusal.
std::string checked(std::string_view name, std::string_view form) {
  std::string out;
  const std::string refusal = refusal_of(
      [&] { out = to_compact(check_params(operation(name), parse_form("", form)).params); });
  return refusal.empty() ? out : refusal;
}

std::string checked_v2(std::string_view name, std::string_view body, std::string_view query = {}) {
  std::string out;
  const std::string refusal = refusal_of([&] {
    out = to_compact(check_v2_params(operation(name), parse_form(query, ""), body).params);
  });
  return refusal.empty() ? out : refusal;
}

struct Case {
  std::string name;
  std::string operation;
  std::string form;
  std::string result;
};

const std::string price = "currency=usd&product=prod_1";

TEST_CASE("parameters are typed by what the catalogue declares") {
  const Case cases[] = {
      {"nothing", "customers.create", "", "{}"},
      {"a string", "customers.create", "name=Jenny+Rosen", R"({"name":"Jenny Rosen"})"},
      {"names lose surrounding blanks", "customers.create", "name=++Jenny%09",
       R"({"name":"Jenny"})"},
      {"other texts keep them", "customers.create", "description=++x+",
       R"({"description":"  x "})"},
      {"an integer", "customers.create", "balance=-500", R"({"balance":-500})"},
      {"a signed integer", "customers.create", "balance=%2B500", R"({"balance":500})"},
      {"the greatest integer", "customers.create", "balance=9223372036854775807",
       R"({"balance":9223372036854775807})"},
      {"a boolean in any letter case", "customers.create", "validate=True", R"({"validate":true})"},
      {"currencies are lower-cased", "prices.create", "currency=USD&product=prod_1",
       R"({"currency":"usd","product":"prod_1"})"},
      {"country codes are upper-cased", "customers.create", "address[country]=de",
       R"({"address":{"country":"DE"}})"},
      {"a decimal in canonical form", "prices.create", price + "&unit_amount_decimal=00.1000",
       R"({"currency":"usd","product":"prod_1","unit_amount_decimal":"0.1"})"},
      {"twelve places", "prices.create", price + "&unit_amount_decimal=0.000000000001",
       R"({"currency":"usd","product":"prod_1","unit_amount_decimal":"0.000000000001"})"},
      {"an enum", "prices.create", price + "&billing_scheme=tiered",
       R"({"billing_scheme":"tiered","currency":"usd","product":"prod_1"})"},
      {"a word where numbers stand", "prices.create", price + "&tiers[0][up_to]=inf",
       R"({"currency":"usd","product":"prod_1","tiers":[{"up_to":"inf"}]})"},
      {"a number where words stand", "prices.create", price + "&tiers[0][up_to]=10",
       R"({"currency":"usd","product":"prod_1","tiers":[{"up_to":10}]})"},
      {"array order follows the index, gaps close", "customers.create",
       "preferred_locales[10]=c&preferred_locales[0]=a&preferred_locales[7]=b",
       R"({"preferred_locales":["a","b","c"]})"},
      {"arrays by position", "customers.create", "preferred_locales[]=b&preferred_locales[]=a",
       R"({"preferred_locales":["b","a"]})"},
      {"position after index", "customers.create", "preferred_locales[]=b&preferred_locales[3]=a",
       R"({"preferred_locales":["a","b"]})"},
      {"arrays of hashes by position", "prices.create",
       price + "&tiers[][up_to]=5&tiers[][unit_amount]=1&tiers[][up_to]=inf",
       R"({"currency":"usd","product":"prod_1",)"
       R"("tiers":[{"unit_amount":1,"up_to":5},{"up_to":"inf"}]})"},
      {"index 1000 is the last", "customers.create", "preferred_locales[1000]=a",
       R"({"preferred_locales":["a"]})"},
      {"metadata keeps texts", "customers.create",
       "metadata[a]=1&metadata[b]=", R"({"metadata":{"a":"1","b":""}})"},
      {"metadata may be cleared", "customers.update", "metadata=", R"({"metadata":null})"},
      {"a hash may be unset", "customers.update", "address=", R"({"address":null})"},
      {"a map's keys are free", "billing.meter_events.create",
       "event_name=e&payload[value]=1&payload[stripe_customer_id]=cus_1",
       R"({"event_name":"e","payload":{"stripe_customer_id":"cus_1","value":"1"}})"},
      {"currency options by lower-case currency", "prices.create",
       price + "&currency_options[EUR][unit_amount]=5",
       R"({"currency":"usd","currency_options":{"eur":{"unit_amount":5}},"product":"prod_1"})"},
      {"an exact time", "customers.list", "created=5", R"({"created":5})"},
      {"a range of times", "customers.list", "created[gte]=5&created[lt]=7",
       R"({"created":{"gte":5,"lt":7}})"},
      {"now among times", "subscriptions.update", "trial_end=now", R"({"trial_end":"now"})"},
      {"a float", "coupons.create", "duration=once&percent_off=12.5",
       R"({"duration":"once","percent_off":12.5})"},
      {"the same scalar twice: the last", "customers.create", "name=a&name=b", R"({"name":"b"})"},
      {"UTF-8 counts characters", "prices.create",
       price + "&lookup_key=" + std::string(199, 'x') + "%C3%A9",
       R"({"currency":"usd","lookup_key":")" + std::string(199, 'x') +
           "\xC3\xA9"
           R"(","product":"prod_1"})"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(checked(c.operation, c.form) == c.result);
  }
}

TEST_CASE("bad parameters are refused with Stripe's words") {
  const std::string long_text(5001, 'x');
  const Case cases[] = {
      {"unknown", "customers.create", "nope=1",
       "400 parameter_unknown nope: Received unknown parameter: nope"},
      {"unknown inside", "customers.create", "invoice_settings[nope]=1",
       "400 parameter_unknown invoice_settings[nope]: Received unknown parameter: "
       "invoice_settings[nope]"},
      {"unknown inside of an array", "prices.create", price + "&tiers[1][nope]=1",
       "400 parameter_unknown tiers[1][nope]: Received unknown parameter: tiers[1][nope]"},
      {"unknown inside of a range", "customers.list", "created[near]=1",
       "400 parameter_unknown created[near]: Received unknown parameter: created[near]"},
      {"unknown before missing and bad", "prices.create", "unit_amount=x&nope=1",
       "400 parameter_unknown nope: Received unknown parameter: nope"},
      {"names are case-sensitive", "customers.create", "Name=x",
       "400 parameter_unknown Name: Received unknown parameter: Name"},
      {"paging belongs to lists", "customers.create", "limit=3",
       "400 parameter_unknown limit: Received unknown parameter: limit"},
      {"missing", "prices.create", "product=prod_1",
       "400 parameter_missing currency: Missing required param: currency."},
      {"missing inside", "prices.create", price + "&recurring[interval_count]=1",
       "400 parameter_missing recurring[interval]: Missing required param: recurring[interval]."},
      {"missing inside of an array", "prices.create", price + "&tiers[2][unit_amount]=1",
       "400 parameter_missing tiers[2][up_to]: Missing required param: tiers[2][up_to]."},
      {"empty", "prices.create", "currency=&product=prod_1",
       "400 parameter_invalid_empty currency: You passed an empty string for 'currency'. We assume "
       "empty values are an attempt to unset a parameter; however 'currency' cannot be unset. You "
       "should remove 'currency' from your request or supply a non-empty value."},
      {"a fraction", "customers.create", "balance=9175.2",
       "400 parameter_invalid_integer balance: Invalid integer: 9175.2"},
      {"no number", "customers.create", "balance=NaN",
       "400 parameter_invalid_integer balance: Invalid integer: NaN"},
      {"two signs", "customers.create", "balance=%2B-5",
       "400 parameter_invalid_integer balance: Invalid integer: +-5"},
      {"beyond 64 bits", "customers.create", "balance=9223372036854775808",
       "400 parameter_invalid_integer balance: Invalid integer: 9223372036854775808"},
      {"a hash for an integer", "customers.create", "balance[0]=1",
       R"(400 parameter_invalid_integer balance: Invalid integer: {"0":"1"})"},
      {"no boolean", "customers.create", "validate=yes", "400 validate: Invalid boolean: yes"},
      {"no decimal", "prices.create", price + "&unit_amount_decimal=abc",
       "400 unit_amount_decimal: Invalid decimal: abc"},
      {"an exponent", "prices.create", price + "&unit_amount_decimal=1e3",
       "400 unit_amount_decimal: Invalid decimal: 1e3"},
      {"13 places", "prices.create", price + "&unit_amount_decimal=0.1234567890123",
       "400 unit_amount_decimal: Invalid decimal: 0.1234567890123e0; must contain at most 12 "
       "decimal "
       "places."},
      {"a scalar for a hash", "customers.create", "address=x", "400 address: Invalid object"},
      {"a scalar for an array", "prices.create", price + "&tiers=x", "400 tiers: Invalid array"},
      {"a hash for an array", "customers.create", "preferred_locales[a]=x",
       "400 preferred_locales: Invalid array"},
      {"an index beyond 1000", "customers.create", "preferred_locales[1001]=x",
       "400 preferred_locales: Invalid array"},
      {"a huge index", "customers.create", "preferred_locales[99999999999999999999]=x",
       "400 preferred_locales: Invalid array"},
      {"a hash for a string", "customers.create", "description[0]=wrong",
       R"(400 description: Invalid string: {"0":"wrong"})"},
      {"both a scalar and a hash", "customers.create", "address=1&address[city]=2",
       "400 address: Invalid object"},
      {"both, where a scalar is wanted", "customers.create", "description=1&description[a]=2",
       R"(400 description: Invalid string: {"a":"2"})"},
      {"a hash in metadata", "customers.create", "metadata[a][b]=1",
       R"(400 metadata[a]: Invalid string: {"b":"1"})"},
      {"metadata without keys", "customers.create", "metadata[]=1", "400 metadata: Invalid object"},
      {"metadata as text", "customers.create", "metadata=x", "400 metadata: Invalid object"},
      {"enum", "prices.create", price + "&recurring[interval]=fortnight",
       "400 recurring[interval]: Invalid recurring[interval]: must be one of month, year, week, or "
       "day"},
      {"too long", "customers.create", "description=" + long_text,
       "400 description: Invalid string: xxxx...xxxx; must be at most 5000 characters"},
      {"neither number nor word", "prices.create", price + "&tiers[0][up_to]=many",
       "400 parameter_invalid_integer tiers[0][up_to]: Invalid integer: many"},
      {"no time", "customers.list", "created[gte]=yesterday",
       "400 created[gte]: Invalid timestamp: must be an integer Unix timestamp."},
      {"a time beyond the calendar", "customers.list", "created[gte]=99999999999999",
       "400 created[gte]: Invalid timestamp: must be an integer Unix timestamp."},
      {"a limit that is no number", "customers.list", "limit=abc",
       "400 parameter_invalid_integer limit: Invalid integer: abc"},
      {"blanks alone are empty", "prices.create", price + "&product_data[name]=++",
       "400 parameter_invalid_empty product_data[name]: You passed an empty string for "
       "'product_data[name]'. We assume empty values are an attempt to unset a parameter; however "
       "'product_data[name]' cannot be unset. You should remove 'product_data[name]' from your "
       "request "
       "or supply a non-empty value."},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(checked(c.operation, c.form) == c.result);
  }
  CHECK(checked("prices.create", "currency=xyz")
            .starts_with("400 currency: Invalid currency: xyz. Stripe currently supports"));
  CHECK(checked("prices.create", price + "&currency_options[zzz][unit_amount]=1")
            .starts_with("400 currency_options: Invalid currency: zzz."));
}

TEST_CASE("metadata has its limits") {
  std::string fifty;
  for (int i = 0; i < 50; ++i) fifty += "&metadata[k" + std::to_string(i) + "]=v";
  CHECK(checked("customers.create", fifty).starts_with(R"({"metadata":{)"));
  CHECK(checked("customers.create", fifty + "&metadata[one_more]=v&metadata[two_more]=v") ==
        "400 metadata: Metadata can have up to 50 keys, but you've set 52");
  CHECK(checked("customers.create", "metadata[" + std::string(40, 'k') + "]=v").front() == '{');
  CHECK(checked("customers.create", "metadata[" + std::string(41, 'k') + "]=v")
            .starts_with(
                "400 metadata: Metadata keys can have up to 40 characters, but you passed in "
                "a key that is 41 characters."));
  CHECK(checked("customers.create", "metadata[k]=" + std::string(500, 'v')).front() == '{');
  CHECK(checked("customers.create", "metadata[k]=" + std::string(801, 'v'))
            .starts_with(
                "400 metadata: Metadata values can have up to 500 characters, but you passed "
                "in a value that is 801 characters."));
  std::string umlauts;
  for (int i = 0; i < 500; ++i) umlauts += "%C3%A4";
  CHECK(checked("customers.create", "metadata[k]=" + umlauts).front() == '{');
}

TEST_CASE("paging is read apart from the parameters, and clamped") {
  const auto limit_of = [](const std::string& form) {
    return check_params(operation("customers.list"), parse_form(form, "")).limit;
  };
  CHECK(limit_of("") == 10);
  CHECK(limit_of("limit=3") == 3);
  CHECK(limit_of("limit=0") == 1);
  CHECK(limit_of("limit=-5") == 1);
  CHECK(limit_of("limit=100") == 100);
  CHECK(limit_of("limit=101") == 100);
  const Input input =
      check_params(operation("customers.list"),
                   parse_form("starting_after=cus_1&ending_before=cus_2&email=x", ""));
  CHECK(input.starting_after == "cus_1");
  CHECK(input.ending_before == "cus_2");
  CHECK(to_compact(input.params) == R"({"email":"x"})");
}

TEST_CASE("expand comes in three spellings") {
  const auto paths_of = [](const std::string& form) {
    return check_params(operation("subscriptions.retrieve"), parse_form(form, "")).expand;
  };
  const std::vector<std::string> two = {"customer", "latest_invoice"};
  CHECK(paths_of("expand[]=customer&expand[]=latest_invoice") == two);
  CHECK(paths_of("expand[0]=customer&expand[1]=latest_invoice") == two);
  CHECK(paths_of("expand=customer") == std::vector<std::string>{"customer"});
  CHECK(refusal_of([&] {
          (void)paths_of("expand=");
        }).starts_with("400 parameter_invalid_empty expand:"));
  CHECK(refusal_of([&] { (void)paths_of("expand[a][b]=x"); }) == "400 expand: Invalid array");
}

TEST_CASE("v2 bodies are strict JSON") {
  const std::string name = "v2.billing.meter_events.create";
  const auto with = [](const std::string& members) {
    return R"({"event_name":"e","payload":{"value":"1"})" + members + "}";
  };
  CHECK(checked_v2(name, with("")) == R"({"event_name":"e","payload":{"value":"1"}})");
  CHECK(checked_v2(name, with(R"(,"timestamp":"2026-10-28T12:00:00.000Z")")) ==
        R"({"event_name":"e","payload":{"value":"1"},"timestamp":1793188800})");
  CHECK(checked_v2(name, with(R"(,"timestamp":1793188800)"))
            .starts_with("400 invalid_fields timestamp: Invalid timestamp"));
  CHECK(checked_v2(name, with(R"(,"timestamp":"1793188800")"))
            .starts_with("400 invalid_fields timestamp: Invalid timestamp"));
  CHECK(checked_v2(name, R"({"event_name":"e","payload":{"value":1}})") ==
        "400 invalid_fields payload[value]: Invalid string: 1");
  CHECK(checked_v2(name, R"({"event_name":"e"})") ==
        "400 invalid_fields payload: Missing required param: payload.");
  CHECK(checked_v2(name, with(R"(,"nope":1)")) ==
        "400 invalid_fields nope: Received unknown parameter: nope");
  CHECK(checked_v2(name, with(R"(,"expand":["x"])")) ==
        "400 invalid_fields expand: Received unknown parameter: expand");
  CHECK(checked_v2(name, with(""), "nope=1") ==
        "400 invalid_fields nope: Received unknown parameter: nope");
  CHECK(checked_v2(name, "") ==
        "400 invalid_fields event_name: Missing required param: event_name.");
}

TEST_CASE("v2 bodies that are no JSON object are refused") {
  const std::string refused = "400: The body of this request could not be decoded.";
  std::string deep;
  for (int i = 0; i < 500'000; ++i) deep += "[";
  std::string deep_object;
  for (int i = 0; i < 200'000; ++i) deep_object += R"({"a":)";
  const std::string bodies[] = {
      "{",  "[]",        "nonsense",    "null",    R"({"a":"\u0000"})", "{\"a\":\"\xff\"}",
      deep, deep_object, R"({"a":1}{)", "\"text\""};
  for (const std::string& body : bodies) {
    CAPTURE(body.substr(0, 40));
    CHECK(checked_v2("v2.billing.meter_events.create", body).starts_with(refused));
  }
}

TEST_CASE("free-form and hostile shapes never get past the declaration") {
  std::string wide;
  for (int i = 0; i < 5000; ++i) wide += "preferred_locales[]=x&";
  CHECK(checked("customers.create", wide) ==
        "400 preferred_locales: Array items exceeded maximum 1000 allowed elements.");
  CHECK(checked("customers.create", "[]=1") ==
        "400 parameter_unknown []: Received unknown parameter: []");
  CHECK(checked("customers.create", "address[]=1") ==
        "400 parameter_unknown address[]: Received unknown parameter: address[]");
}

}  // namespace
}  // namespace okapi::api
