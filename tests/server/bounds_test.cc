// What clients may pile up inside a server. What they may send at once is http_test.cc's business.
#include <string>

#include "tests/server/small_server.h"

namespace okapi {
namespace {

TEST_CASE("beyond --max-objects nothing is made, while changes and deletions go on") {
  SmallServer server(server::Options{.most_objects = 3});
  std::string id;
  for (const char* name : {"a", "b", "c"}) id = server.create_customer(name);
  CHECK(server.refusal("POST", "/v1/customers", "name=d")
            .starts_with("400 This account holds as many objects as --max-objects allows (3)."));
  // The attack: whatever it tries, it gets no further, and leaves no event behind.
  for (int i = 0; i < 100; ++i) (void)server.send("POST", "/v1/customers", "name=x");
  CHECK(server.customers() == 3);
  CHECK(server.get("/_okapi/events").at("data").size() == 3);
  CHECK(text(server.post("/v1/customers/" + id, "name=renamed"), "name") == "renamed");
  // A key is not used up by it.
  const api::Headers key = {{"Idempotency-Key", "k"}};
  CHECK(server.send("POST", "/v1/customers", "name=d", key).status == 400);
  server.post("/_okapi/reset");
  CHECK(server.send("POST", "/v1/customers", "name=d", key).status == 200);
  // Other accounts have room of their own.
  server.key = "sk_test_b";
  server.create_customer("e");
}

TEST_CASE("an account keeps so many named snapshots and no more") {
  SmallServer server;
  for (int i = 0; i < 1'000; ++i) server.post("/_okapi/snapshots", "name=" + std::to_string(i));
  CHECK(server.refusal("POST", "/_okapi/snapshots", "name=one-more")
            .starts_with("400 An account keeps at most 1000 named snapshots."));
  server.post("/_okapi/snapshots", "name=7");
}

TEST_CASE("so many keys open an account and no more") {
  SmallServer server;
  server::Accounts& accounts = server.dispatch->accounts();
  for (std::size_t i = accounts.all().size(); i < server::Accounts::most_worlds; ++i) {
    (void)accounts.of_key("sk_test_" + std::to_string(i));
  }
  server.key = "sk_test_one_more";
  CHECK(server.refusal("GET", "/v1/customers")
            .starts_with("429 okapi keeps at most 100000 accounts"));
  server.key = "sk_test_7";
  CHECK(server.customers() == 0);
}

TEST_CASE("so many rules of faults and no more") {
  SmallServer server;
  for (int i = 0; i < 1'000; ++i) server.post("/_okapi/faults", "path=/v1/nowhere&status=500");
  CHECK(
      server.refusal("POST", "/_okapi/faults", "path=/v1/nowhere&status=500").starts_with("400 "));
  CHECK(server.get("/_okapi/faults").at("data").size() == 1'000);
}

}  // namespace
}  // namespace okapi
