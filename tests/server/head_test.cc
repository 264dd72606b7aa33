// The grammar of heads and bodies fed with junk: whatever comes, the readers take it, wait, or
// refuse.
#include "server/head.h"

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "server/body.h"

namespace okapi::server {
namespace {

const std::string sample =
    "POST /v1/customers?expand[]=x HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n"
    "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n";

TEST_CASE("a head is taken whole or not at all") {
  for (std::size_t size = 0; size < sample.size(); ++size) {
    CAPTURE(size);
    api::Request request;
    Framing framing;
    CHECK(parse_head(sample.substr(0, size), request, framing) == 0);
  }
  api::Request request;
  Framing framing;
  CHECK(parse_head(sample + "more", request, framing) == sample.size());
  CHECK(request.method == "POST");
  CHECK(request.target == "/v1/customers?expand[]=x");
  CHECK(request.headers.size() == 4);
  CHECK(framing.chunked);
  CHECK(framing.expects_continue);
  CHECK(framing.keep_alive);
}

TEST_CASE("nothing of the request before shows through") {
  api::Request request;
  Framing framing;
  CHECK(parse_head(sample, request, framing) > 0);
  request.body = "old";
  CHECK(parse_head("GET / HTTP/1.0\r\nA: b\r\n\r\n", request, framing) > 0);
  CHECK(request.body.empty());
  CHECK(request.headers == api::Headers{{"A", "b"}});
  CHECK_FALSE(framing.chunked);
  CHECK_FALSE(framing.keep_alive);
}

TEST_CASE("a chunked body is the same however it is cut") {
  const std::string text =
      "1\r\na\r\n00A ;x=\"y\"\r\n0123456789\r\n3\r\n\r\n\r\r\n0\r\nA: b\r\n\r\nGET";
  Framing framing;
  framing.chunked = true;
  for (std::size_t first = 0; first < text.size(); ++first) {
    for (std::size_t second = first; second < text.size(); second += 5) {
      BodyReader reader(framing, 100);
      std::string body;
      std::string_view rest;
      bool complete = false;
      for (const auto& part :
           {text.substr(0, first), text.substr(first, second - first), text.substr(second)}) {
        rest = part;
        if (!complete) complete = reader.take(rest, body);
      }
      REQUIRE(complete);
      REQUIRE(body == "a0123456789\r\n\r");
    }
  }
}

TEST_CASE("what follows a body is left to the next request") {
  Framing framing;
  framing.content_length = 3;
  BodyReader reader(framing, 3);
  std::string body;
  std::string_view input = "abcGET";
  CHECK(reader.take(input, body));
  CHECK(body == "abc");
  CHECK(input == "GET");
}

TEST_CASE("junk is refused or waited for, never misread") {
  std::mt19937 random(7);
  const auto below = [&](std::size_t limit) { return std::size_t(random() % limit); };
  const std::string chunks = "5\r\nhello\r\n0\r\n\r\n";
  int refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = sample + chunks;
    for (std::size_t i = below(6); i > 0; --i) text[below(text.size())] = char(random());
    if (round % 7 == 0) text.erase(below(text.size()), below(20));
    api::Request request;
    Framing framing;
    try {
      const std::size_t taken = parse_head(text, request, framing);
      REQUIRE(taken <= text.size());
      if (taken == 0) continue;
      BodyReader reader(framing, 1'000);
      std::string_view input = std::string_view(text).substr(taken);
      const bool complete = reader.take(input, request.body);
      REQUIRE((complete || input.empty()));
      REQUIRE(request.body.size() <= chunks.size());
    } catch (const Refusal& refusal) {
      REQUIRE(refusal.status >= 400);
      ++refused;
    }
  }
  CHECK(refused > 5'000);
}

}  // namespace
}  // namespace okapi::server
