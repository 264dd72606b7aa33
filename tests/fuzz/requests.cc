#include "app.h"
#include "base/ascii.h"
#include "server/head.h"
#include "tests/fuzz/law.h"
#include "tests/fuzz/targets.h"
#include "tests/fuzz/world.h"

namespace okapi::fuzz {
namespace {

server::Options with_pages() {
  server::Options options = World::usual_options();
  options.pages = pages({}, {});
  return options;
}

bool is_key(const std::pair<std::string, std::string>& header) {
  return equal_ignoring_case(header.first, "Authorization");
}

}  // namespace

void requests(std::string_view input) {
  static World world(with_pages());
  const std::string text = world.filled(input);
  api::Request request;
  server::Framing framing;
  std::size_t head = 0;
  try {
    head = server::parse_head(text, request, framing);
  } catch (const server::Refusal&) {
  }
  if (head == 0) return;
  request.body = text.substr(head);
  request.remote = "127.0.0.1";
  // A clock may be sent 8,000 years ahead, and the answer waits for all renewals: only where there
  // are none.
  const bool clock = request.path() == "/_okapi/clock";
  if (clock) std::erase_if(request.headers, is_key);
  (void)world.send(request);
  // Faults, dials and the like stay.
  if (request.path().starts_with("/_okapi/") && request.method != "GET") world.renew();
}

}  // namespace okapi::fuzz
