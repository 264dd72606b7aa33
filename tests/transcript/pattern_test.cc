#include "tests/transcript/pattern.h"

#include <doctest/doctest.h>

namespace okapi::transcript {
namespace {

const Bindings bound = {{"ID", "cus_0000000001"}, {"N", "7"}};

std::vector<std::string> faults(const std::string& pattern, const std::string& actual,
                                bool exactly = false) {
  std::vector<std::string> paths;
  const Match match{.text = pattern, .bindings = bound, .exactly = exactly};
  for (const Difference& difference :
       differences(parse_pattern(pattern), Json::parse(actual), match)) {
    paths.push_back(difference.path);
  }
  return paths;
}

std::string bless(const std::string& pattern, const std::string& actual, bool exactly = false) {
  const Match match{.text = pattern, .bindings = bound, .exactly = exactly};
  return blessed(parse_pattern(pattern), Json::parse(actual), match);
}

TEST_CASE("a body matches what the pattern names") {
  struct Case {
    std::string name;
    std::string pattern;
    std::string actual;
    std::vector<std::string> faults;
  };
  const Case cases[] = {
      {"other fields are ignored", R"({"a": 1})", R"({"a":1,"b":2})", {}},
      {"a value differs", R"({"a": 1})", R"({"a":2})", {"a"}},
      {"a kind differs", R"({"a": 1})", R"({"a":"1"})", {"a"}},
      {"null is a value", R"({"a": null})", R"({"a":0})", {"a"}},
      {"null is not absent", R"({"a": null})", R"({})", {"a"}},
      {"below an object", R"({"a": {"b": 1}})", R"({"a":{"b":2}})", {"a.b"}},
      {"an object is expected", R"({"a": {}})", R"({"a":[]})", {"a"}},
      {"an empty object matches any object", R"({"a": {}})", R"({"a":{"b":1}})", {}},
      {"list elements go by index", R"([1, 2])", R"([2,1])", {"0", "1"}},
      {"lists have one length", R"({"a": [1]})", R"({"a":[1,2]})", {"a"}},
      {"an empty list is empty", R"({"a": []})", R"({"a":[1]})", {"a"}},
      {"a missing element", R"([1, 2])", R"([1])", {""}},
      {"what is absent is not there", R"({"a": absent, "b": 1})", R"({"b":1})", {}},
      {"what is absent may not even be null", R"({"a": absent})", R"({"a":null})", {"a"}},
      {"dots match any value", R"({"a": "..."})", R"({"a":{"b":[1]}})", {}},
      {"dots want the field to be there", R"({"a": "..."})", R"({})", {"a"}},
      {"dots at the end of a list match the rest", R"([1, "..."])", R"([1,2,3])", {}},
      {"the rest may be nothing", R"([1, "..."])", R"([1])", {}},
      {"but what is before must be there", R"([1, 2, "..."])", R"([1])", {""}},
      {"a placeholder as a string", R"({"a": "{{ID}}"})", R"({"a":"cus_0000000001"})", {}},
      {"a placeholder inside a string",
       R"({"a": "No such: '{{ID}}'"})",
       R"({"a":"No such: 'cus_0000000001'"})",
       {}},
      {"a placeholder as a number", R"({"a": {{N}}, "b": 1})", R"({"a":7,"b":1})", {}},
      {"a placeholder that differs", R"({"a": {{N}}})", R"({"a":8})", {"a"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(faults(c.pattern, c.actual) == c.faults);
  }
}

TEST_CASE("exactly means no other fields, at every depth") {
  CHECK(faults(R"({"a": {"b": 1}})", R"({"a":{"b":1}})", true).empty());
  CHECK(faults(R"({"a": {"b": 1}})", R"({"a":{"b":1,"c":2},"d":3})", true) ==
        std::vector<std::string>{"a.c", "d"});
}

TEST_CASE("blessing replaces what is wrong and nothing else") {
  struct Case {
    std::string name;
    std::string pattern;
    std::string actual;
    std::string blessed;
  };
  const Case cases[] = {
      {"what is right stays, layout included", "{ \"a\":  1,\n  \"b\": 2 }", R"({"a":1,"b":3})",
       "{ \"a\":  1,\n  \"b\": 3 }"},
      {"dots and placeholders stay", R"({ "a": "...", "b": "{{ID}}", "c": 1 })",
       R"({"a":5,"b":"cus_0000000001","c":2})", R"({ "a": "...", "b": "{{ID}}", "c": 2 })"},
      {"a captured id is written by its name", R"({ "a": "x" })", R"({"a":"cus_0000000001"})",
       R"({ "a": "{{ID}}" })"},
      {"the order stays", R"({ "b": 1, "a": 1 })", R"({"a":2,"b":2})", R"({ "b": 2, "a": 2 })"},
      {"a first field that is gone", R"({ "a": 1, "b": 2 })", R"({"b":2})", R"({ "b": 2 })"},
      {"a middle field that is gone", R"({ "a": 1, "b": 2, "c": 3 })", R"({"a":1,"c":3})",
       R"({ "a": 1, "c": 3 })"},
      {"a last field that is gone", R"({ "a": 1, "b": 2 })", R"({"a":1})", R"({ "a": 1 })"},
      {"the first two fields are gone", R"({ "a": 1, "b": 2, "c": 3 })", R"({"c":3})",
       R"({ "c": 3 })"},
      {"a longer list takes the fields of the last element", R"([{"a": 1}])",
       R"([{"a":1,"b":1},{"a":2,"b":2}])", "[\n  {\"a\": 1},\n  {\"a\": 2}\n]"},
      {"a list that became empty", R"({"a": [1, 2]})", R"({"a":[]})", R"({"a": []})"},
      {"another kind", R"({"a": {"b": 1}})", R"({"a":null})", R"({"a": null})"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const std::string result = bless(c.pattern, c.actual);
    CHECK(result == c.blessed);
    CHECK(faults(result, c.actual).empty());
    CHECK(bless(result, c.actual) == result);
  }
}

TEST_CASE("blessing an exact body adds the fields that were missing") {
  CHECK(bless(R"({"a": 1})", R"({"a":1,"b":2})", true) == "{\n  \"a\": 1,\n  \"b\": 2\n}");
}

TEST_CASE("a broken pattern is refused, with its line") {
  for (const std::string text : {"", "{", "{\"a\"}", "{\"a\": }", "[1, ]", "[1 2]", "{} {}",
                                 "{\"a\": \"x}", "nonsense", "{\"a\": {{N}", "{a: 1}"}) {
    CAPTURE(text);
    CHECK_THROWS_AS((void)parse_pattern(text), std::runtime_error);
  }
}

TEST_CASE("an unbound name is refused") {
  CHECK(substitute("x/{{ID}}/{{N}}", bound) == "x/cus_0000000001/7");
  CHECK(substitute("{ {no} }", bound) == "{ {no} }");
  CHECK_THROWS_AS((void)substitute("{{NOPE}}", bound), std::runtime_error);
}

}  // namespace
}  // namespace okapi::transcript
