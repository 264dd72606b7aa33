// Limits, holds and horizons; and the answers of a server whose dials are turned.
#include "server/traffic.h"

#include <chrono>
#include <future>
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include "tests/server/small_server.h"

namespace okapi::server {

TEST_CASE("a limit admits as many as it says within a second, and more when time has passed") {
  Traffic traffic;
  constexpr std::int64_t second = 1'000'000;
  for (int i = 0; i < 3; ++i) CHECK(traffic.admit("a", 3, second));
  CHECK_FALSE(traffic.admit("a", 3, second));
  CHECK(traffic.admit("b", 3, second));
  CHECK_FALSE(traffic.admit("a", 3, second + 333'000));
  CHECK(traffic.admit("a", 3, second + 334'000));
  CHECK_FALSE(traffic.admit("a", 3, second + 335'000));
  for (int i = 0; i < 3; ++i) CHECK(traffic.admit("a", 3, 10 * second));
  CHECK_FALSE(traffic.admit("a", 3, 10 * second));
}

TEST_CASE("an object is held once at a time") {
  Traffic traffic;
  Traffic::Hold second;
  {
    Traffic::Hold first;
    REQUIRE(traffic.hold("cus_1", first));
    CHECK_FALSE(traffic.hold("cus_1", second));
    Traffic::Hold other;
    CHECK(traffic.hold("cus_2", other));
  }
  CHECK(traffic.hold("cus_1", second));
}

TEST_CASE("the horizon is what was newest then") {
  Traffic traffic;
  CHECK(traffic.horizon(100, 10) == std::numeric_limits<std::uint64_t>::max());
  traffic.note_newest(std::numeric_limits<Seconds>::min(), 5);
  traffic.note_newest(100, 7);
  traffic.note_newest(100, 8);
  traffic.note_newest(105, 9);
  CHECK(traffic.horizon(105, 10) == 5);
  CHECK(traffic.horizon(110, 10) == 8);
  CHECK(traffic.horizon(115, 10) == 9);
}

TEST_CASE("one request too many answers 429 and says which limit it was") {
  SmallServer server;
  server.post("/_okapi/dials", "rate_limit=2");
  CHECK(server.send("GET", "/v1/customers").status == 200);
  CHECK(server.send("GET", "/v1/events").status == 200);
  const api::Response refused = server.send("GET", "/v1/customers");
  CHECK(refused.status == 429);
  CHECK(api::header(refused.headers, "Stripe-Rate-Limited-Reason") == "global-rate");
  CHECK_FALSE(api::header(refused.headers, "Request-Id").empty());
  server.post("/_okapi/dials", "rate_limit=0&endpoint_rate_limit=1");
  CHECK(server.send("GET", "/v1/customers").status == 200);
  const api::Response again = server.send("GET", "/v1/customers");
  CHECK(api::header(again.headers, "Stripe-Rate-Limited-Reason") == "endpoint-rate");
  CHECK(server.send("GET", "/v1/events").status == 200);
  server.key = "sk_test_other";
  CHECK(server.send("GET", "/v1/customers").status == 200);
}

TEST_CASE("two changes of one object at once: the second is refused with lock_timeout") {
  SmallServer server;
  const std::string path = "/v1/customers/" + server.create_customer("ada");
  server.post("/_okapi/dials", "lock_timeouts=true");
  // Whichever comes first is held inside of okapi while the other comes.
  server.post("/_okapi/faults", "path=" + path + "&method=POST&delay=500");
  const auto change = [&] { return server.send("POST", path, "name=grace"); };
  auto one = std::async(std::launch::async, change);
  auto other = std::async(std::launch::async, change);
  api::Response done = one.get();
  api::Response refused = other.get();
  if (done.status != 200) std::swap(done, refused);
  CHECK(done.status == 200);
  CHECK(refused.status == 429);
  CHECK(text(Json::parse(refused.body).at("error"), "code") == "lock_timeout");
  CHECK(server.send("GET", path).status == 200);
  CHECK(server.send("POST", path, "name=edith").status == 200);
}

}  // namespace okapi::server
