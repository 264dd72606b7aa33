#include "server/compress.h"

#include <string>

#include <doctest/doctest.h>
#include <zlib.h>

namespace okapi::server {
namespace {

api::Request from_a_browser() {
  api::Request request;
  request.method = "GET";
  request.headers = {{"Sec-Fetch-Site", "same-origin"}, {"Accept-Encoding", "gzip, deflate, br"}};
  return request;
}

api::Response list_of(std::size_t bytes) {
  api::Response response;
  while (response.body.size() < bytes) response.body += R"({"object":"customer"},)";
  return response;
}

std::string unpacked(const std::string& gzip, std::size_t size) {
  z_stream stream = {};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string text(size, '\0');
  std::string packed = gzip;
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  inflateEnd(&stream);
  return text;
}

TEST_CASE("a browser gets a long answer packed, and the same when it is unpacked") {
  const api::Response whole = list_of(100'000);
  api::Response packed = whole;
  compress_for_browser(from_a_browser(), packed);
  CHECK(api::header(packed.headers, "Content-Encoding") == "gzip");
  CHECK(api::header(packed.headers, "Vary") == "Accept-Encoding");
  CHECK(packed.body.size() < whole.body.size() / 10);
  CHECK(unpacked(packed.body, whole.body.size()) == whole.body);
}

TEST_CASE("programs, short answers, HEAD and what is no text are left alone") {
  const auto unchanged = [](const api::Request& request, api::Response response) {
    const std::string before = response.body;
    compress_for_browser(request, response);
    return response.body == before && response.headers.empty();
  };
  api::Request program = from_a_browser();
  program.headers = {{"Accept-Encoding", "gzip"}};
  CHECK(unchanged(program, list_of(100'000)));
  api::Request plain = from_a_browser();
  plain.headers = {{"Sec-Fetch-Site", "same-origin"}};
  CHECK(unchanged(plain, list_of(100'000)));
  CHECK(unchanged(from_a_browser(), list_of(1000)));
  api::Request head = from_a_browser();
  head.method = "HEAD";
  CHECK(unchanged(head, list_of(100'000)));
  api::Response picture = list_of(100'000);
  picture.content_type = "image/png";
  CHECK(unchanged(from_a_browser(), picture));
}

}  // namespace
}  // namespace okapi::server
