#include "base/json.h"

#include <doctest/doctest.h>

namespace okapi {
namespace {

// A string of this length with `mark` at one place.
std::string marked(std::size_t length, std::size_t place, std::string_view mark) {
  std::string value(length, 'x');
  return value.insert(place, mark);
}

}  // namespace

// nlohmann prints the same where no object has an `id` or `object`.
TEST_CASE("pretty text breaks between values and never inside of a string") {
  for (const char* mark : {"\"", "\\", "\\\"", "\\\\", "\n", "{}", "[", ": ", ",", "é"}) {
    for (std::size_t length = 0; length < 20; ++length) {
      for (std::size_t place = 0; place <= length; ++place) {
        const std::string value = marked(length, place, mark);
        const Json tree = {{value, value}, {"z", {value, nullptr, {{"deep", value}}}}};
        CAPTURE(value);
        REQUIRE(to_pretty(tree) == tree.dump(2));
      }
    }
  }
}

TEST_CASE("pretty text prints empty containers, numbers and words as they are") {
  const Json tree = {{"a", Json::array()},
                     {"b", Json::object()},
                     {"c", -9223372036854775807},
                     {"d", 0},
                     {"e", 1.5},
                     {"f", true},
                     {"g", false},
                     {"h", nullptr},
                     {"i", {{{"j", {{}, 1}}}}}};
  CHECK(to_pretty(tree) == tree.dump(2));
  CHECK(to_pretty(Json("x")) == "\"x\"");
}

TEST_CASE("pretty text indents however deep it stands") {
  Json tree = 1;
  for (int depth = 0; depth < 60; ++depth) tree = Json{{"a", tree}};
  CHECK(to_pretty(tree) == tree.dump(2));
  std::string out;
  append_pretty(out, "{\"a\":1}", 2);
  CHECK(out == "{\n      \"a\": 1\n    }");
}

}  // namespace okapi
