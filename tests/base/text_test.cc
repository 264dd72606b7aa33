#include "base/text.h"

#include <doctest/doctest.h>

namespace okapi {
namespace {

TEST_CASE("bytes that are no UTF-8 are replaced one by one") {
  struct Case {
    std::string name;
    std::string bytes;
    std::string repaired;
  };
  const std::string mark = "\xef\xbf\xbd";
  const Case cases[] = {
      {"nothing", "", ""},
      {"ASCII, control characters included", std::string("a\0\n", 3), std::string("a\0\n", 3)},
      {"two, three and four bytes", "é…🦓", "é…🦓"},
      {"a lone continuation", "a\x80z", "a" + mark + "z"},
      {"an overlong slash", "\xc0\xaf", mark + mark},
      {"a surrogate", "\xed\xa0\x80", mark + mark + mark},
      {"a character cut off at the end", "a\xe2\x82", "a" + mark + mark},
      {"beyond the last code point", "\xf4\x90\x80\x80", mark + mark + mark + mark},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(repaired_utf8(c.bytes) == c.repaired);
    CHECK(is_utf8(repaired_utf8(c.bytes)));
    CHECK(is_utf8(c.bytes) == (c.bytes == c.repaired));
  }
}

}  // namespace
}  // namespace okapi
