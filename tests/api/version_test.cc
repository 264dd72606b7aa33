#include "api/version.h"

#include <algorithm>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "api/catalogue.h"
#include "api/params.h"
#include "api/version_change.h"
#include "tests/api/refusal.h"

namespace okapi::api {
namespace {

const Lookup nothing_stored = {
    .find = [](std::string_view, std::string_view) { return store::Document(); },
    .where = [](std::string_view, std::string_view,
                std::string_view) { return std::vector<store::Document>(); }};

std::string walked(const std::string& object, std::string_view version) {
  Json value = Json::parse(object);
  walk_back(value, {.version = version, .lookup = nothing_stored});
  return to_compact(value);
}

bool is_known_object(std::string_view name) {
  ObjectType type(0);
  return find_object(name, type);
}

bool is_known_operation(std::string_view name) {
  Operation operation(0);
  return find_operation(name, operation);
}

}  // namespace

TEST_CASE("every change names a version, objects and operations that there are, newest first") {
  std::string_view before = "9999";
  for (const VersionChange* change : version_changes()) {
    CAPTURE(std::string(change->summary));
    CHECK(is_known_version(change->version));
    CHECK(change->version <= before);
    CHECK(change->version <= api_version());
    before = change->version;
    CHECK(change->summary.ends_with('.'));
    CHECK(std::ranges::all_of(change->objects, is_known_object));
    for (const auto& names :
         {change->operations, change->added_operations, change->removed_operations}) {
      CHECK(std::ranges::all_of(names, is_known_operation));
    }
    CHECK(std::ranges::all_of(change->calls, is_known_operation, &OldCall::operation));
    CHECK(std::ranges::all_of(change->references, is_known_object, &OldReference::target));
    const bool touches_objects = change->to_older != nullptr || !change->added.empty();
    CHECK(touches_objects == !change->objects.empty());
    const bool touches_params = change->to_newer != nullptr || !change->added_params.empty();
    CHECK(touches_params == !change->operations.empty());
  }
}

TEST_CASE("the newest version has no changes to undo") {
  CHECK(is_newest(api_version()));
  CHECK(is_newest(""));
  CHECK_FALSE(is_newest("2024-06-20"));
  const std::string invoice = R"({"object":"invoice","parent":null})";
  CHECK(walked(invoice, api_version()) == invoice);
  CHECK_FALSE(behaves(api_version(), Behaviour::classic_billing));
  CHECK(behaves("2025-08-27.basil", Behaviour::classic_billing));
  CHECK(has_operation(api_version(), "subscriptions.pause"));
  CHECK_FALSE(has_operation("2026-08-26.dahlia", "subscriptions.pause"));
}

TEST_CASE("objects are walked back wherever they stand, but never the user's own words") {
  struct Case {
    std::string name;
    std::string object;
    std::string older;
  };
  const Case cases[] = {
      {"inside of a list", R"({"object":"list","data":[{"object":"refund","customer":null}]})",
       R"({"object":"list","data":[{"object":"refund"}]})"},
      {"inside of a plain hash", R"({"error":{"x":{"object":"refund","customer":null}}})",
       R"({"error":{"x":{"object":"refund"}}})"},
      {"a deleted one has nothing to undo", R"({"object":"invoice","deleted":true})",
       R"({"object":"invoice","deleted":true})"},
      {"metadata may look like an object",
       R"({"object":"refund","metadata":{"customer":"x","object":"refund"}})",
       R"({"object":"refund","metadata":{"object":"refund","customer":"x"}})"},
      {"an unknown object stays", R"({"object":"x","customer":1})",
       R"({"object":"x","customer":1})"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(walked(c.object, "2026-06-24.dahlia") == to_compact(Json::parse(c.older)));
  }
}

TEST_CASE("no object is too small to be walked back to the oldest version") {
  std::set<std::string_view> objects;
  for (const VersionChange* change : version_changes()) {
    objects.insert(change->objects.begin(), change->objects.end());
  }
  for (const std::string_view object : objects) {
    Json partial = {{"object", object}};
    CAPTURE(std::string(object));
    CHECK_NOTHROW(walk_back(partial, {.version = "2020-08-27", .lookup = nothing_stored}));
    CHECK(partial.at("object") == object);
  }
}

TEST_CASE("parameters of okapi's own come from older parameters alone") {
  Operation update(0);
  REQUIRE(find_operation("customers.update", update));
  const auto check = [&](const std::string& form, std::string_view version) {
    return to_compact(check_params(update, parse_form("", form), version).params);
  };
  CHECK(check("coupon=x", "2024-06-20") == R"({"_discounts":[{"coupon":"x"}]})");
  CHECK(check("coupon=", "2024-06-20") == R"({"_discounts":null})");
  CHECK(refusal_of([&] { check("coupon=x", api_version()); }).find("unknown parameter: coupon") !=
        std::string::npos);
  for (const std::string_view version : {std::string_view("2024-06-20"), api_version()}) {
    CHECK(refusal_of([&] {
            check("_discounts[0][coupon]=x", version);
          }).find("unknown parameter: _discounts") != std::string::npos);
  }
}

}  // namespace okapi::api
