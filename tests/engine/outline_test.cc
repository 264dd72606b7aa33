#include "engine/outline.h"

#include <doctest/doctest.h>

using okapi::engine::append_outline;
using okapi::engine::Outline;

namespace {

Outline outline_of(std::string_view json) {
  Outline outline;
  append_outline(outline, json, {"customer", "created", "metadata"}, {"sub_", "si_"});
  return outline;
}

}  // namespace

TEST_CASE("documents that differ in what is left out alone have one outline") {
  const std::string ann = outline_of(R"({"id":"sub_1","created":17,"customer":"cus_1",)"
                                     R"("items":[{"id":"si_1","price":{"id":"price_1"}}],)"
                                     R"("metadata":{"a":"}\"]"}})")
                              .text;
  CHECK(ann == R"({"id":1,"created":1,"customer":1,)"
               R"("items":[{"id":1,"price":{"id":"price_1"}}],)"
               R"("metadata":1})");
  CHECK(outline_of(R"({"id":"sub_22","created":1895,"customer":"cus_22",)"
                   R"("items":[{"id":"si_22","price":{"id":"price_1"}}],)"
                   R"("metadata":{}})")
            .text == ann);
}

TEST_CASE("another price, or nothing where something stood, is another outline") {
  const std::string one = outline_of(R"({"id":"sub_1","price":{"id":"price_1"},"created":1})").text;
  CHECK(outline_of(R"({"id":"sub_1","price":{"id":"price_2"},"created":1})").text != one);
  CHECK(outline_of(R"({"id":"sub_1","price":{"id":"price_1"},"created":null})").text != one);
  CHECK(outline_of(R"({"id":"sub_1","price":{"id":"price_1"}})").text != one);
  CHECK(outline_of(R"({"name":"created\":1"})").text == R"({"name":"created\":1"})");
}

TEST_CASE("what was left out can be looked up") {
  const std::string json =
      R"({"customer":"cus_1","created":12,"items":[{"created":12},{"created":13}],)"
      R"("metadata":{"created":5}})";
  const Outline outline = outline_of(json);
  CHECK(outline.text_of("customer") == "cus_1");
  CHECK(outline.text_of("created").empty());
  CHECK(outline.number_of("created") == 12);
  CHECK(outline.number_of("customer") == 0);
  CHECK(outline.value("metadata") == R"({"created":5})");
  CHECK(outline.value("id").empty());
  CHECK(outline.is_one("customer"));
  CHECK_FALSE(outline.is_one("created"));
}
