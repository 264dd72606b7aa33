#include "api/list.h"

#include <string>

#include <doctest/doctest.h>

#include "tests/api/world.h"

namespace okapi::api {
namespace {

// Coupons c1 (oldest) … cN; every second one is named "even".
void fill(World& world, int count) {
  for (int i = 1; i <= count; ++i) {
    const std::string name = i % 2 == 0 ? "&name=even" : "";
    REQUIRE(world.json("POST", "/v1/coupons", "percent_off=5&id=c" + std::to_string(i) + name)
                .is_object());
  }
}

// "c3 c2 | more", or the refusal.
std::string page(World& world, const std::string& target) {
  const Json list = world.json("GET", target);
  if (!list.is_object()) return list.get<std::string>();
  std::string out;
  for (const Json& row : list.at("data")) out += text(row, "id") + " ";
  return out + (boolean(list, "has_more") ? "| more" : "|");
}

TEST_CASE("lists are newest first, with both cursors") {
  const Registry registry;
  World world(registry);
  fill(world, 5);
  struct Case {
    std::string name;
    std::string query;
    std::string page;
  };
  const Case cases[] = {
      {"all", "", "c5 c4 c3 c2 c1 |"},
      {"a limit", "?limit=2", "c5 c4 | more"},
      {"a limit that fits exactly", "?limit=5", "c5 c4 c3 c2 c1 |"},
      {"after", "?limit=2&starting_after=c4", "c3 c2 | more"},
      {"after, to the end", "?limit=2&starting_after=c3", "c2 c1 |"},
      {"after the last", "?starting_after=c1", "|"},
      {"before: the items just newer", "?limit=2&ending_before=c1", "c3 c2 | more"},
      {"before, to the newest", "?limit=2&ending_before=c3", "c5 c4 |"},
      {"before the newest", "?ending_before=c5", "|"},
      {"a bogus cursor", "?starting_after=nope",
       "400 resource_missing starting_after: No such coupon: 'nope'"},
      {"a bogus cursor backwards", "?ending_before=nope",
       "400 resource_missing ending_before: No such coupon: 'nope'"},
      {"both", "?starting_after=c1&ending_before=c2",
       "400: Received both starting_after and ending_before parameters. Please pass in only one."},
      {"bogus is reported before both", "?starting_after=nope&ending_before=c2",
       "400 resource_missing starting_after: No such coupon: 'nope'"},
      {"empty cursors are none", "?starting_after=&ending_before=", "c5 c4 c3 c2 c1 |"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(page(world, "/v1/coupons" + c.query) == c.page);
  }
}

TEST_CASE("pages joined are the list, in both directions") {
  const Registry registry;
  World world(registry);
  fill(world, 11);
  const std::string whole = page(world, "/v1/coupons?limit=100");
  for (const std::string limit : {"1", "2", "3", "10", "11"}) {
    CAPTURE(limit);
    std::string joined;
    std::string after;
    while (true) {
      const Json list =
          world.json("GET", "/v1/coupons?limit=" + limit + "&starting_after=" + after);
      for (const Json& row : list.at("data")) joined += (after = text(row, "id")) + " ";
      if (!boolean(list, "has_more")) break;
    }
    CHECK(joined + "|" == whole);
    std::string backwards = "c1 ";
    std::string before = "c1";
    while (true) {
      const Json list =
          world.json("GET", "/v1/coupons?limit=" + limit + "&ending_before=" + before);
      std::string rows;
      for (const Json& row : list.at("data")) rows += text(row, "id") + " ";
      backwards = rows + backwards;
      if (!boolean(list, "has_more")) break;
      before = text(list.at("data").at(0), "id");
    }
    CHECK(backwards + "|" == whole);
  }
}

TEST_CASE("an empty list is a whole list") {
  const Registry registry;
  World world(registry);
  CHECK(world.call("GET", "/v1/coupons?limit=3") ==
        "{\n  \"object\": \"list\",\n  \"data\": [],\n  \"has_more\": false,\n"
        "  \"url\": \"/v1/coupons\"\n}");
}

TEST_CASE("objects of a list stand as they do alone, two levels in") {
  const Registry registry;
  World world(registry);
  fill(world, 1);
  const std::string alone = world.call("GET", "/v1/coupons/c1");
  std::string indented;
  for (const char c : alone) {
    indented += c;
    if (c == '\n') indented += "    ";
  }
  CHECK(world.call("GET", "/v1/coupons") == "{\n  \"object\": \"list\",\n  \"data\": [\n    " +
                                                indented +
                                                "\n  ],\n  \"has_more\": false,\n"
                                                "  \"url\": \"/v1/coupons\"\n}");
}

TEST_CASE("rows that are not stored page by their ids") {
  Registry registry;
  registry.bind("coupons.list", [](Context& ctx) -> Reply {
    std::vector<Json> rows;
    for (int i = 5; i >= 1; --i) rows.push_back({{"id", "r" + std::to_string(i)}});
    return page_of(ctx, std::move(rows));
  });
  World world(registry);
  CHECK(page(world, "/v1/coupons?limit=2") == "r5 r4 | more");
  CHECK(page(world, "/v1/coupons?limit=2&starting_after=r4") == "r3 r2 | more");
  CHECK(page(world, "/v1/coupons?limit=2&starting_after=r2") == "r1 |");
  CHECK(page(world, "/v1/coupons?limit=2&ending_before=r1") == "r3 r2 | more");
  CHECK(page(world, "/v1/coupons?limit=2&ending_before=r4") == "r5 |");
  CHECK(page(world, "/v1/coupons?starting_after=x") ==
        "400 resource_missing starting_after: No such coupon: 'x'");
}

TEST_CASE("an index narrows the list and other filters still hold") {
  Registry registry;
  registry.index("tax_rate", "country");
  World world(registry);
  registry.bind("tax_rates.list", [](Context& ctx) -> Reply {
    ListQuery query{.kind = "tax_rate", .index_field = "country", .index_value = "DE"};
    query.matches = [](const Json& rate) { return boolean(rate, "inclusive"); };
    return list_documents(ctx, query);
  });
  for (const std::string rate :
       {"country=de&inclusive=true&display_name=1", "country=fr&inclusive=true&display_name=2",
        "country=de&inclusive=false&display_name=3", "country=de&inclusive=true&display_name=4"}) {
    REQUIRE(world.json("POST", "/v1/tax_rates", rate + "&percentage=1").is_object());
  }
  const Json list = world.json("GET", "/v1/tax_rates?limit=1");
  REQUIRE(list.at("data").size() == 1);
  CHECK(text(list.at("data").at(0), "display_name") == "4");
  CHECK(boolean(list, "has_more"));
  const Json rest =
      world.json("GET", "/v1/tax_rates?starting_after=" + text(list.at("data").at(0), "id"));
  REQUIRE(rest.at("data").size() == 1);
  CHECK(text(rest.at("data").at(0), "display_name") == "1");
  const Json back =
      world.json("GET", "/v1/tax_rates?ending_before=" + text(rest.at("data").at(0), "id"));
  REQUIRE(back.at("data").size() == 1);
  CHECK(text(back.at("data").at(0), "display_name") == "4");
}

TEST_CASE("ranges hold exactly at their bounds") {
  CHECK(in_range(5, 5));
  CHECK_FALSE(in_range(5, 6));
  CHECK(in_range({{"gte", 5}, {"lte", 5}}, 5));
  CHECK_FALSE(in_range({{"gt", 5}}, 5));
  CHECK_FALSE(in_range({{"lt", 5}}, 5));
  CHECK(in_range({{"gt", 4}, {"lt", 6}}, 5));
  CHECK(in_range(Json::object(), 5));
}

TEST_CASE("an embedded list has what SDKs page through") {
  CHECK(to_compact(embedded_list({{{"id", "a"}}}, "/v1/x", true)) ==
        R"({"object":"list","data":[{"id":"a"}],"has_more":false,"total_count":1,"url":"/v1/x"})");
}

}  // namespace
}  // namespace okapi::api
