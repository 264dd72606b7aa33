#include "cli/placeholders.h"

#include <doctest/doctest.h>

using namespace okapi;
using namespace okapi::cli;

namespace {

Json price(const std::string& id, const std::string& usage_type) {
  return {{"id", id}, {"object", "price"}, {"recurring", {{"usage_type", usage_type}}}};
}

std::map<std::string, std::string> choose(const std::vector<std::string>& names,
                                          const std::vector<Json>& newest_first) {
  std::vector<Wanted> wanted;
  for (const std::string& name : names) {
    const std::optional<PlaceholderKind> kind = kind_of_placeholder(name);
    REQUIRE(kind.has_value());
    wanted.push_back({.name = name, .words = kind->words});
  }
  return choose_objects(wanted, newest_first);
}

using Bound = std::map<std::string, std::string>;

}  // namespace

TEST_CASE("a placeholder's last words name the kind of object") {
  struct Case {
    std::string name;
    std::string object;
    std::string list_path;
  };
  const Case cases[] = {
      {"PRODUCT_ID", "product", "/v1/products"},
      {"METER_ID", "billing.meter", "/v1/billing/meters"},
      {"METERED_USAGE_PRICE_ID", "price", "/v1/prices"},
      {"TEST_CLOCK_ID", "test_helpers.test_clock", "/v1/test_helpers/test_clocks"},
      {"CREDIT_GRANT_ID", "billing.credit_grant", "/v1/billing/credit_grants"},
      {"CUSTOMER", "customer", "/v1/customers"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const std::optional<PlaceholderKind> kind = kind_of_placeholder(c.name);
    REQUIRE(kind.has_value());
    CHECK(kind->object == c.object);
    CHECK(kind->list_path == c.list_path);
  }
  CHECK_FALSE(kind_of_placeholder("YOUR_SECRET_KEY").has_value());
}

TEST_CASE("the newest object is meant, unless words of the name say which") {
  const std::vector<Json> prices = {price("price_3", "metered"), price("price_2", "licensed"),
                                    price("price_1", "licensed")};
  CHECK(choose({"PRICE_ID"}, prices) == Bound{{"PRICE_ID", "price_3"}});
  CHECK(choose({"LICENSED_PRICE_ID"}, prices) == Bound{{"LICENSED_PRICE_ID", "price_2"}});
  CHECK(choose({"PRICE_ID"}, {}) == Bound{});
}

TEST_CASE("two names in one request never mean the same object") {
  const std::vector<Json> prices = {price("price_2", "metered"), price("price_1", "licensed")};
  CHECK(choose({"FLAT_MONTHLY_FEE_PRICE_ID", "METERED_USAGE_PRICE_ID"}, prices) ==
        Bound{{"FLAT_MONTHLY_FEE_PRICE_ID", "price_1"}, {"METERED_USAGE_PRICE_ID", "price_2"}});
}

TEST_CASE("placeholders are found once and filled everywhere") {
  const std::string text = "curl /v1/x/{{A}} -d b={{B}} -d a={{A}}";
  CHECK(placeholders_in(text) == std::vector<std::string>{"A", "B"});
  CHECK(fill_placeholders(text, {{"A", "1"}, {"B", "{{A}}"}}) == "curl /v1/x/1 -d b={{A}} -d a=1");
  CHECK(placeholders_in("{{never closed") == std::vector<std::string>{});
}
