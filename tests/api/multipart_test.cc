#include "api/multipart.h"

#include <string>

#include <doctest/doctest.h>

#include "api/error.h"

namespace okapi::api {
namespace {

constexpr const char* type = "multipart/form-data; boundary=\"cut here\"";

std::string part(const std::string& head, const std::string& content) {
  return "--cut here\r\n" + head + "\r\n\r\n" + content + "\r\n";
}

}  // namespace

TEST_CASE("a form with a file") {
  const std::string bytes("\0\r\n--cut her\xff", 13);
  const MultipartForm form = parse_multipart(
      type, "before\r\n" +
                part("Content-Disposition: form-data; name=\"purpose\"", "dispute_evidence") +
                part("content-disposition: form-data; name=file; filename=\"a \\\"b\\\".png\"\r\n"
                     "Content-Type: image/png",
                     bytes) +
                part("Content-Disposition: form-data; name=\"metadata[a&b]\"", "x=1&y") +
                "--cut here--\r\nafter");
  CHECK(form.pairs ==
        "purpose=%64%69%73%70%75%74%65%5F%65%76%69%64%65%6E%63%65&"
        "file=%75%70%6C%6F%61%64&metadata[a%26b]=%78%3D%31%26%79");
  REQUIRE(form.file);
  CHECK(form.file->filename == "a \"b\".png");
  CHECK(form.file->content_type == "image/png");
  CHECK(form.file->bytes == bytes);
}

TEST_CASE("a file that is empty, and one that is no file") {
  const MultipartForm empty = parse_multipart(
      type,
      part("Content-Disposition: form-data; name=\"file\"; filename=\"\"", "") + "--cut here--");
  REQUIRE(empty.file);
  CHECK(empty.file->bytes.empty());
  const MultipartForm text = parse_multipart(
      type, part("Content-Disposition: form-data; name=\"file\"", "text") + "--cut here--");
  CHECK_FALSE(text.file);
  CHECK(text.pairs == "file=%74%65%78%74");
}

TEST_CASE("what is no such body") {
  for (const std::string body :
       {"", "--cut here", "--cut here\r\n", "--cut here\r\nno end of the head\r\n--cut here--",
        "--cut here\r\nX: 1\r\n\r\nnameless\r\n--cut here--", "--another\r\n\r\n--another--"}) {
    CAPTURE(body);
    CHECK_THROWS_AS((void)parse_multipart(type, body), ApiError);
  }
  CHECK_THROWS_AS((void)parse_multipart("multipart/form-data", "--\r\n"), ApiError);
  CHECK(is_multipart("Multipart/Form-Data; boundary=x"));
  CHECK_FALSE(is_multipart("multipart/mixed; boundary=x"));
}

}  // namespace okapi::api
