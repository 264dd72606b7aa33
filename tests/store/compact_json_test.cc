#include "store/compact_json.h"

#include <string>

#include <doctest/doctest.h>

using okapi::store::find_text;
using okapi::store::find_value;

TEST_CASE("a value is found by its path, as it is written") {
  const std::string object =
      R"({"id":"a\"b","n":-1.5,"none":null,"list":[{"id":"inner"}],)"
      R"("parent":{"type":"x","id":{"k":1}},"dotted.name":2,"last":true})";
  struct Case {
    std::string field;
    std::string value;
  };
  const Case cases[] = {{"id", R"("a\"b")"},
                        {"n", "-1.5"},
                        {"none", "null"},
                        {"list", R"([{"id":"inner"}])"},
                        {"parent", R"({"type":"x","id":{"k":1}})"},
                        {"parent.type", R"("x")"},
                        {"parent.id.k", "1"},
                        {"last", "true"},
                        {"missing", ""},
                        {"parent.missing", ""},
                        {"n.type", ""},
                        {"list.id", ""},
                        {"dotted.name", ""}};
  for (const Case& c : cases) {
    CAPTURE(c.field);
    CHECK(find_value(object, c.field) == c.value);
  }
  CHECK(find_text(object, "id") == "a\"b");
  CHECK(!find_text(object, "n"));
  CHECK(find_value("[]", "id").empty());
}
