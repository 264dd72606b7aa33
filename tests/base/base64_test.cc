#include "base/base64.h"

#include <string>

#include <doctest/doctest.h>

namespace okapi {

TEST_CASE("bytes become text and come back") {
  struct Case {
    std::string bytes;
    std::string text;
  };
  const Case cases[] = {{"", ""},
                        {"f", "Zg=="},
                        {"fo", "Zm8="},
                        {"foo", "Zm9v"},
                        {std::string("\0\xff\x10", 3), "AP8Q"}};
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(encode_base64(c.bytes) == c.text);
    CHECK(decode_base64(c.text) == c.bytes);
  }
  CHECK(decode_base64("Zm9v!Zm9v") == "foo");
}

}  // namespace okapi
