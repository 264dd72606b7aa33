// The head of a request: where it ends, whether its grammar holds, and what it says about the body.
// Bytes in, values out; no socket. One strict grammar (RFC 9112), because whoever decides where a
// request ends must read the head anyway, and two readers that disagree about one byte lose the
// next request on the connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "api/request.h"

namespace okapi::server {

constexpr std::size_t max_request_line = 16 << 10;  // Stripe: a longer one is answered 414
constexpr std::size_t max_head = 64 << 10;
constexpr std::size_t max_header_count = 100;

// What is wrong with the bytes received. Thrown; the connection ends after the answer, because
// nobody knows where the next request would start.
struct Refusal {
  int status = 400;
  const char* reason = "";
};

// What the head says about the transport.
struct Framing {
  std::uint64_t content_length = 0;
  bool chunked = false;
  bool expects_continue = false;
  bool keep_alive = true;
  bool http_1_0 = false;
};

// Reads the head at the front of `input` into method, target and headers of `request` (its body is
// emptied) and returns the number of bytes taken, or 0 when the end of the head has not arrived
// yet. Header values are kept as sent. Throws Refusal, also for a head whose beginning is already
// wrong.
[[nodiscard]] std::size_t parse_head(std::string_view input, api::Request& request,
                                     Framing& framing);

// Empty lines before a request line are allowed and skipped.
void skip_empty_lines(std::string_view& input);

}  // namespace okapi::server
