#include "api/storage.h"

#include <string>

#include <doctest/doctest.h>

#include "tests/api/world.h"

namespace okapi::api {
namespace {

Coverage coverage_of(std::string_view name) {
  static const Registry nothing_bound;
  Operation operation(0);
  REQUIRE_MESSAGE(find_operation(name, operation), std::string(name));
  return coverage(nothing_bound, operation);
}

TEST_CASE("what storage answers truly, and what would be an invention") {
  struct Case {
    std::string operation;
    Coverage coverage;
  };
  const Case cases[] = {
      {"coupons.create", Coverage::storage},
      {"coupons.retrieve", Coverage::storage},
      {"coupons.update", Coverage::storage},
      {"coupons.list", Coverage::storage},
      {"coupons.del", Coverage::storage},
      {"tax_rates.create", Coverage::storage},
      {"charges.list", Coverage::storage},
      {"events.retrieve", Coverage::storage},
      {"customers.list_tax_ids", Coverage::storage},
      // A search language, actions, money, previews, objects with a life of their own.
      {"customers.search", Coverage::missing},
      {"quotes.accept", Coverage::missing},
      {"quotes.create", Coverage::missing},
      {"charges.create", Coverage::missing},
      {"payouts.create", Coverage::missing},
      {"transfers.create", Coverage::missing},
      {"refunds.create", Coverage::missing},
      {"invoices.create_preview", Coverage::missing},
      {"invoices.pay", Coverage::missing},
      {"issuing.cards.create", Coverage::missing},
      {"balance.retrieve", Coverage::missing},
      {"accounts.create", Coverage::missing},
      {"files.create", Coverage::missing},
      {"checkout.sessions.create", Coverage::missing},
      {"subscriptions.create", Coverage::missing},
  };
  for (const Case& c : cases) {
    CAPTURE(c.operation);
    CHECK(coverage_of(c.operation) == c.coverage);
  }
}

TEST_CASE("a bound operation is behaviour") {
  Registry registry;
  registry.bind("coupons.create", [](Context&) { return Reply(Json::object()); });
  Operation operation(0);
  REQUIRE(find_operation("coupons.create", operation));
  CHECK(coverage(registry, operation) == Coverage::behaviour);
  CHECK_THROWS(registry.bind("coupons.create", [](Context&) { return Reply(Json()); }));
  CHECK_THROWS(registry.bind("coupons.invent", [](Context&) { return Reply(Json()); }));
}

TEST_CASE("a coupon is created, read, changed, listed and deleted") {
  const Registry registry;
  World world(registry);
  CHECK(world.call("POST", "/v1/coupons", "id=TEN&percent_off=10.5&duration=once&metadata[a]=1") ==
        R"({
  "id": "TEN",
  "object": "coupon",
  "amount_off": null,
  "created": 1000000,
  "currency": null,
  "duration": "once",
  "duration_in_months": null,
  "livemode": false,
  "max_redemptions": null,
  "metadata": {
    "a": "1"
  },
  "name": null,
  "percent_off": 10.5,
  "redeem_by": null,
  "times_redeemed": 0,
  "valid": true
})");
  CHECK(world.events == std::vector<std::string>{"coupon.created"});
  CHECK(world.call("POST", "/v1/coupons", "id=TEN&percent_off=10") ==
        "400 resource_already_exists id: Coupon already exists.");
  CHECK(world.json("POST", "/v1/coupons/TEN", "metadata[a]=&metadata[b]=2").at("metadata") ==
        Json{{"b", "2"}});
  CHECK(world.events == std::vector<std::string>{"coupon.updated"});
  (void)world.json("POST", "/v1/coupons/TEN", "metadata[b]=2");
  CHECK(world.events.empty());
  CHECK(world.json("POST", "/v1/coupons/TEN", "metadata=").at("metadata") == Json::object());
  CHECK(world.json("POST", "/v1/coupons/TEN", "name=Ten").at("name") == "Ten");
  CHECK(world.json("GET", "/v1/coupons").at("data").size() == 1);
  CHECK(world.call("DELETE", "/v1/coupons/TEN") ==
        "{\n  \"id\": \"TEN\",\n  \"object\": \"coupon\",\n  \"deleted\": true\n}");
  CHECK(world.call("GET", "/v1/coupons/TEN") ==
        "404 resource_missing coupon: No such coupon: 'TEN'");
  CHECK(world.json("GET", "/v1/coupons").at("data").empty());
}

TEST_CASE("a parameter that could not be shown again is refused, not ignored") {
  const Registry registry;
  World world(registry);
  // applies_to is a field that exists only when expanded; what it means for an invoice is
  // behaviour.
  const std::string answer =
      world.call("POST", "/v1/tax_rates", "display_name=VAT&inclusive=false&percentage=19");
  CHECK(answer.find("\"active\": true") != std::string::npos);
  CHECK(world.call("POST", "/v1/promotion_codes", "promotion[type]=coupon&promotion[coupon]=TEN")
            .starts_with("501 not_implemented: okapi does not implement promotion_codes.create."));
}

TEST_CASE("ids have their prefix, and unset hashes are built when a member is set") {
  const Registry registry;
  World world(registry);
  const Json rate = world.json(
      "POST", "/v1/shipping_rates",
      "display_name=Mail&type=fixed_amount&fixed_amount[amount]=500&fixed_amount[currency]="
      "EUR&delivery_estimate[minimum][unit]=day&delivery_estimate[minimum][value]=2");
  REQUIRE_MESSAGE(rate.is_object(), rate.dump());
  CHECK(text(rate, "id").starts_with("shr_"));
  CHECK(text(rate, "id").size() == 28);
  CHECK(text(rate.at("fixed_amount"), "currency") == "eur");
  CHECK(rate.at("delivery_estimate").at("maximum").is_null());
  CHECK(rate.at("delivery_estimate").at("minimum") == Json{{"unit", "day"}, {"value", 2}});
}

TEST_CASE("members of nested collections belong to their parent") {
  const Registry registry;
  World world(registry);
  for (const char* id : {"cus_1", "cus_2"}) {
    store::Transaction tx(world.account(), {});
    Json customer = default_object(tx, "customer");
    customer["id"] = id;
    tx.insert(std::move(customer));
    tx.commit();
  }
  const Json made = world.json("POST", "/v1/customers/cus_1/tax_ids", "type=eu_vat&value=DE123");
  REQUIRE_MESSAGE(made.is_object(), made.dump());
  const std::string id = text(made, "id");
  CHECK(text(made, "customer") == "cus_1");
  CHECK(world.json("GET", "/v1/customers/cus_1/tax_ids/" + id) == made);
  CHECK(world.call("GET", "/v1/customers/cus_2/tax_ids/" + id) ==
        "404 resource_missing id: No such tax_id: '" + id + "'");
  CHECK(world.json("GET", "/v1/customers/cus_1/tax_ids").at("data").size() == 1);
  CHECK(world.json("GET", "/v1/customers/cus_2/tax_ids").at("data").empty());
  CHECK(world.call("GET", "/v1/customers/cus_3/tax_ids") ==
        "404 resource_missing id: No such customer: 'cus_3'");
  CHECK(world.call("POST", "/v1/customers/cus_3/tax_ids", "type=eu_vat&value=DE123") ==
        "404 resource_missing id: No such customer: 'cus_3'");
  CHECK(world.json("DELETE", "/v1/customers/cus_1/tax_ids/" + id).at("deleted") == true);
  CHECK(world.json("GET", "/v1/customers/cus_1/tax_ids").at("data").empty());
}

TEST_CASE("lists filter by their parameters") {
  const Registry registry;
  World world(registry);
  (void)world.json("POST", "/v1/tax_rates", "display_name=A&inclusive=true&percentage=1");
  world.set_now(1'000'100);
  (void)world.json("POST", "/v1/tax_rates", "display_name=B&inclusive=false&percentage=2");
  const auto names = [&](const std::string& query) {
    std::string out;
    const Json list = world.json("GET", "/v1/tax_rates?" + query);
    if (!list.is_object()) return list.get<std::string>();
    for (const Json& rate : list.at("data")) out += text(rate, "display_name");
    return out;
  };
  CHECK(names("") == "BA");
  CHECK(names("inclusive=true") == "A");
  CHECK(names("inclusive=false") == "B");
  CHECK(names("created[gte]=1000100") == "B");
  CHECK(names("created[lt]=1000100") == "A");
  CHECK(names("created=1000000") == "A");
  CHECK(names("created[gt]=1000100") == "");
  CHECK(names("nope=1") == "400 parameter_unknown nope: Received unknown parameter: nope");
}

TEST_CASE("a buried document still answers its stub") {
  const Registry registry;
  World world(registry);
  {
    store::Transaction tx(world.account(), {});
    Json customer = default_object(tx, "customer");
    customer["id"] = "cus_1";
    bury(tx, tx.insert(std::move(customer)));
    tx.commit();
  }
  CHECK(world.call("GET", "/v1/customers/cus_1") ==
        "{\n  \"id\": \"cus_1\",\n  \"object\": \"customer\",\n  \"deleted\": true\n}");
  CHECK(world.call("GET", "/v1/customers/cus_2") ==
        "404 resource_missing id: No such customer: 'cus_2'");
  CHECK(world.json("GET", "/v1/customers").at("data").empty());
}

}  // namespace
}  // namespace okapi::api
