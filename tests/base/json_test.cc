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

// What a text is read as, and what is no text of ours.
TEST_CASE("stored text is read as the library reads it") {
  for (const std::string_view stored : {
           R"({"id":"in_1","object":"invoice","amount":1,"due":null,"lines":[],"paid":true})",
           R"({"b":{"c":[1,-2,{"d":[]}]},"a":{}})",
           R"(["",0,-1,9223372036854775807,-9223372036854775808,18446744073709551615])",
           R"([1.5,1e3,-0.25,123456789012345678901234567890,-0])",
           R"(["\"\\\/\b\f\n\r\t","\u0000\u00e9\u20ac","\ud83d\ude00","é€😀"])",
           "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\" : \"x\"\n}\n",
           "true",
       }) {
    CAPTURE(stored);
    const Json read = parse_stored(stored);
    const Json expected = Json::parse(stored);
    CHECK(read == expected);
    CHECK(read.dump() == expected.dump());
  }
}

TEST_CASE("what is not JSON is a bug, not a value") {
  for (const std::string_view stored : {"",
                                        "{",
                                        "}",
                                        "[1,]",
                                        "[1 2]",
                                        "{\"a\"}",
                                        "{\"a\":}",
                                        "{\"a\":1,}",
                                        "{a:1}",
                                        "\"x",
                                        "\"\\",
                                        "\"\\x\"",
                                        "\"\\u12\"",
                                        "\"\\u12x4\"",
                                        "\"\\ud800\"",
                                        "\"\\ud800\\u0041\"",
                                        "\"\\udc00\"",
                                        "01",
                                        "-",
                                        "+1",
                                        "1.",
                                        "1e",
                                        "nul",
                                        "truex",
                                        "{} {}",
                                        "[[[["}) {
    CAPTURE(stored);
    CHECK_THROWS((void)parse_stored(stored));
  }
  CHECK_THROWS((void)parse_stored(std::string(100'000, '[')));
}

TEST_CASE("every string is written so that the library reads it back") {
  std::string all;
  for (int c = 0; c < 0x80; ++c) all += static_cast<char>(c);
  for (const std::string& value : {all, std::string("\"é\\"), std::string()}) {
    const std::string written = to_compact(Json{{"k\n", value}, {"id", 18446744073709551615U}});
    CHECK(Json::parse(written) == Json{{"k\n", value}, {"id", 18446744073709551615U}});
    CHECK(parse_stored(written) == Json::parse(written));
  }
}

}  // namespace okapi
