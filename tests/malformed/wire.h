// Requests as bytes on a socket: a client that can send what no HTTP library would, and read
// whatever comes back.
#pragma once

#include <string>

#include "api/request.h"
#include "tests/malformed/random.h"

namespace okapi::malformed {

// The bytes of the request, or of a broken variant of them; `what` gets the damage added.
[[nodiscard]] std::string to_wire(const api::Request& request, Random& random, std::string& what);

struct WireAnswer {
  int status = 0;    // 0: the server closed the connection without an answer
  std::string head;  // status line and headers
  std::string body;
  bool timed_out = false;
};

// Connects to the loopback port, sends, says that nothing more comes and reads until the server has
// closed, at most for five seconds.
[[nodiscard]] WireAnswer exchange(int port, const std::string& bytes);

}  // namespace okapi::malformed
