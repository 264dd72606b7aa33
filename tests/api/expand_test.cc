#include "api/expand.h"

#include <string>

#include <doctest/doctest.h>

#include "api/list.h"
#include "tests/api/world.h"

namespace okapi::api {
namespace {

std::string checked(std::string_view operation_name, const std::string& path) {
  Operation operation(0);
  REQUIRE(find_operation(operation_name, operation));
  return refusal_of([&] { check_expand(operation, {path}); });
}

TEST_CASE("expansion paths are checked by what the operation answers") {
  struct Case {
    std::string name;
    std::string operation;
    std::string path;
    std::string refusal;
  };
  const std::string ok;
  const Case cases[] = {
      {"a reference", "subscriptions.retrieve", "customer", ok},
      {"on create too", "subscriptions.create", "latest_invoice", ok},
      {"below a reference", "subscriptions.retrieve", "latest_invoice.payments", ok},
      {"an unknown name below a reference passes", "charges.retrieve", "customer.foo", ok},
      {"an array of references", "subscriptions.retrieve", "discounts", ok},
      {"an embedded list", "subscriptions.retrieve", "items.data.price.product", ok},
      {"a field there only when asked for", "prices.retrieve", "tiers", ok},
      {"a plain hash", "customers.retrieve", "invoice_settings", ok},
      {"a reference inside of a hash", "customers.retrieve",
       "invoice_settings.default_payment_method", ok},
      {"a list, with data", "customers.list", "data.invoice_settings.default_payment_method", ok},
      {"data alone", "customers.list", "data", ok},
      {"total_count of a search", "customers.search", "total_count", ok},
      {"unknown", "customers.retrieve", "foo", "400: This property cannot be expanded (foo)."},
      {"a scalar", "customers.retrieve", "name", "400: This property cannot be expanded (name)."},
      {"empty segments", "customers.retrieve", ".", "400: This property cannot be expanded (.)."},
      {"unknown below a hash: the whole path", "customers.retrieve", "invoice_settings.bogus",
       "400: This property cannot be expanded (invoice_settings.bogus)."},
      {"unknown below a list", "subscriptions.retrieve", "items.data.nope",
       "400: This property cannot be expanded (items.data.nope)."},
      {"a list's own members", "subscriptions.retrieve", "items.url",
       "400: This property cannot be expanded (items.url)."},
      {"a list, without data", "customers.list", "foo",
       "400: This property cannot be expanded (foo). You may want to try expanding 'data.foo' "
       "instead."},
      {"a list, unknown below data", "customers.list", "data.foo",
       "400: This property cannot be expanded (data.foo)."},
      {"total_count of a list", "customers.list", "total_count",
       "400: This property cannot be included (total_count)"},
      {"four levels", "subscriptions.retrieve", "latest_invoice.a.b.c", ok},
      {"five levels", "subscriptions.retrieve", "latest_invoice.a.b.c.d",
       "400 property_expansion_max_depth: You cannot expand more than 4 levels of a property. "
       "Property: "
       "latest_invoice.a.b.c.d"},
      {"data counts as a level", "subscriptions.list", "data.items.data.price.product",
       "400 property_expansion_max_depth: You cannot expand more than 4 levels of a property. "
       "Property: "
       "data.items.data.price.product"},
      {"a deletion has nothing to expand", "customers.del", "subscriptions",
       "400: This property cannot be expanded (subscriptions)."},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(checked(c.operation, c.path) == c.refusal);
  }
}

TEST_CASE("expansion is checked before the lookup and before the parameters") {
  const Registry registry;
  World world(registry);
  CHECK(world.call("GET", "/v1/customers/nope?expand[]=foo") ==
        "400: This property cannot be expanded (foo).");
  CHECK(world.call("POST", "/v1/coupons?expand[]=foo", "nope=1") ==
        "400: This property cannot be expanded (foo).");
}

// A subscription of cus_1 with two items, its invoice in_1, a product, a payment method.
void fill(World& world) {
  store::Transaction tx(world.account(), {});
  const auto insert = [&](const std::string& kind, const std::string& id, Json fields) {
    Json object = default_object(tx, kind);
    object["id"] = id;
    object.update(fields);
    tx.insert(std::move(object));
  };
  insert("product", "prod_1", {{"name", "Tokens"}});
  insert("payment_method", "pm_1", {{"type", "card"}});
  insert("customer", "cus_1",
         {{"name", "Jenny"},
          {"_internal", 1},
          {"invoice_settings", {{"default_payment_method", "pm_1"}, {"footer", nullptr}}}});
  insert("invoice", "in_1", {{"customer", "cus_1"}, {"subscription", "sub_1"}});
  const auto item = [](const std::string& id) {
    return Json{{"id", id},
                {"object", "subscription_item"},
                {"price", {{"id", "price_1"}, {"object", "price"}, {"product", "prod_1"}}}};
  };
  insert("subscription", "sub_1",
         {{"customer", "cus_1"},
          {"latest_invoice", "in_1"},
          {"default_payment_method", nullptr},
          {"items", embedded_list({item("si_1"), item("si_2")}, "/v1/subscription_items")}});
  insert("subscription", "sub_2", {{"customer", "cus_gone"}, {"latest_invoice", nullptr}});
  tx.commit();
}

TEST_CASE("ids become objects, at every level, for every element") {
  const Registry registry;
  World world(registry);
  fill(world);
  const auto get = [&](const std::string& target) {
    const Json answer = world.json("GET", target);
    REQUIRE_MESSAGE(answer.is_object(), answer.dump());
    return answer;
  };
  const Json plain = get("/v1/subscriptions/sub_1");
  CHECK(plain.at("customer") == "cus_1");

  const Json customer = get("/v1/subscriptions/sub_1?expand[]=customer");
  CHECK(customer.at("customer").at("name") == "Jenny");
  CHECK(customer.at("latest_invoice") == "in_1");

  SUBCASE("ancestors are expanded on the way") {
    const Json deep = get(
        "/v1/subscriptions/sub_1?expand[]=latest_invoice.customer.invoice_settings.default_payment_"
        "method");
    CHECK(
        at_path(deep, {"latest_invoice", "customer", "invoice_settings", "default_payment_method"})
            .at("type") == "card");
  }
  SUBCASE("each element of an embedded list") {
    const Json items = get("/v1/subscriptions/sub_1?expand[]=items.data.price.product");
    for (const Json& item : items.at("items").at("data")) {
      CHECK(item.at("price").at("product").at("name") == "Tokens");
    }
  }
  SUBCASE("each object of a list, under data") {
    const Json list = get("/v1/subscriptions?expand[]=data.customer&expand[]=data.latest_invoice");
    CHECK(list.at("data").at(1).at("customer").at("name") == "Jenny");
    CHECK(list.at("data").at(1).at("latest_invoice").at("id") == "in_1");
    CHECK(list.at("data").at(0).at("latest_invoice").is_null());
  }
  SUBCASE("null stays null") {
    CHECK(get("/v1/subscriptions/sub_1?expand[]=default_payment_method")
              .at("default_payment_method")
              .is_null());
  }
  SUBCASE("a deleted target is its stub") {
    CHECK(get("/v1/subscriptions/sub_2?expand[]=customer").at("customer") ==
          Json{{"id", "cus_gone"}, {"object", "customer"}, {"deleted", true}});
  }
  SUBCASE("internal fields of what was expanded do not show") {
    CHECK_FALSE(customer.at("customer").contains("_internal"));
  }
  SUBCASE("an unknown name below a reference changes nothing") {
    CHECK(get("/v1/subscriptions/sub_1?expand[]=customer.foo") == customer);
  }
  SUBCASE("the same path twice is the same answer") {
    CHECK(get("/v1/subscriptions/sub_1?expand[]=customer&expand[]=customer") == customer);
  }
}

TEST_CASE("fields that exist only when asked for are made then") {
  register_includable("coupon.applies_to", [](store::Transaction&, const Json& coupon) {
    return Json{{"products", {text(coupon, "id")}}};
  });
  const Registry registry;
  World world(registry);
  REQUIRE(world.json("POST", "/v1/coupons", "id=c1&percent_off=5").is_object());
  CHECK_FALSE(world.json("GET", "/v1/coupons/c1").contains("applies_to"));
  CHECK(world.json("GET", "/v1/coupons/c1?expand[]=applies_to").at("applies_to").at("products") ==
        Json{"c1"});
  const Json list = world.json("GET", "/v1/coupons?expand[]=data.applies_to");
  CHECK(list.at("data").at(0).at("applies_to").at("products") == Json{"c1"});
}

}  // namespace
}  // namespace okapi::api
