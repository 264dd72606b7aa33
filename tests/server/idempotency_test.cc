#include "server/idempotency.h"

#include <string>

#include <doctest/doctest.h>

#include "api/error.h"

namespace okapi::server {
namespace {

Fingerprint print_of(const Json& params) { return fingerprint_of("POST", "/v1/customers", params); }

// "run", "replay <status>", or the status of the refusal.
std::string outcome(Idempotency& keys, const std::string& key, const Json& params, Seconds now) {
  try {
    const std::optional<SavedAnswer> saved = keys.begin(key, print_of(params), now);
    return saved ? "replay " + std::to_string(saved->status) : "run";
  } catch (const api::ApiError& error) {
    return std::to_string(error.status);
  }
}

SavedAnswer answer(int status, std::string body = {}) {
  return {.status = status, .body = std::move(body), .document = {}, .request_id = "req_1"};
}

TEST_CASE("a key runs once, then replays, for a day") {
  Idempotency keys;
  const Json params = {{"name", "a"}};
  CHECK(outcome(keys, "k", params, 1000) == "run");
  CHECK(outcome(keys, "k", params, 1000) == "409");
  keys.save("k", answer(402));
  CHECK(outcome(keys, "k", params, 1000) == "replay 402");
  CHECK(outcome(keys, "k", {{"name", "b"}}, 1000) == "400");
  CHECK(outcome(keys, "other", {{"name", "b"}}, 1000) == "run");
  CHECK(outcome(keys, "k", params, 1000 + Idempotency::kept - 1) == "replay 402");
  CHECK(outcome(keys, "k", params, 1000 + Idempotency::kept) == "run");
}

TEST_CASE("a released key is free for anything") {
  Idempotency keys;
  CHECK(outcome(keys, "k", {{"name", "a"}}, 1) == "run");
  keys.release("k");
  CHECK(keys.size() == 0);
  CHECK(outcome(keys, "k", {{"name", "b"}}, 1) == "run");
  keys.save("k", answer(200));
  keys.release("k");  // too late: it has an answer
  CHECK(outcome(keys, "k", {{"name", "b"}}, 1) == "replay 200");
}

TEST_CASE("clearing keeps what runs") {
  Idempotency keys;
  CHECK(outcome(keys, "done", {}, 1) == "run");
  keys.save("done", answer(200));
  CHECK(outcome(keys, "running", {}, 1) == "run");
  keys.clear();
  CHECK(outcome(keys, "done", {}, 1) == "run");
  CHECK(outcome(keys, "running", {}, 1) == "409");
}

TEST_CASE("the oldest answers go when there are too many or they are too big") {
  Idempotency keys;
  const std::size_t count = Idempotency::most_keys + 10;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string key = "k" + std::to_string(i);
    REQUIRE(outcome(keys, key, {}, 1) == "run");
    keys.save(key, answer(200));
  }
  CHECK(keys.size() <= Idempotency::most_keys);
  CHECK(outcome(keys, "k" + std::to_string(count - 1), {}, 1) == "replay 200");
  CHECK(outcome(keys, "k0", {}, 1) == "run");

  Idempotency big;
  const std::string megabyte(1 << 20, 'x');
  for (int i = 0; i < 100; ++i) {
    const std::string key = std::to_string(i);
    REQUIRE(outcome(big, key, {}, 1) == "run");
    big.save(key, answer(200, megabyte));
  }
  CHECK(big.size() < 70);
  CHECK(outcome(big, "99", {}, 1) == "replay 200");
}

TEST_CASE("fingerprints tell requests apart and nothing else") {
  const Json base = {{"a", "1"}, {"b", {{"c", 2}}}};
  CHECK(print_of(base) == print_of(Json::parse(R"({"b":{"c":2},"a":"1"})")));
  const Json others[] = {
      {{"a", 1}, {"b", {{"c", 2}}}},          // another type
      {{"a", "1"}, {"b", {{"c", 3}}}},        // another value
      {{"a", "1"}, {"b", {{"d", 2}}}},        // another name
      {{"a", "1"}},                           // fewer
      {{"a", "1"}, {"b", {{"c", nullptr}}}},  // unset
      {{"ab", "1"}, {"", {{"c", 2}}}},
      {{"a", Json::array({"1"})}, {"b", {{"c", 2}}}},
  };
  for (const Json& other : others) {
    CAPTURE(other.dump());
    CHECK_FALSE(print_of(other) == print_of(base));
  }
  CHECK_FALSE(fingerprint_of("POST", "/v1/a", base) == fingerprint_of("POST", "/v1/b", base));
  CHECK_FALSE(fingerprint_of("POST", "/v1/a", base) == fingerprint_of("DELETE", "/v1/a", base));
  CHECK_FALSE(print_of(Json::array({"a", "b"})) == print_of(Json::array({"b", "a"})));
}

}  // namespace
}  // namespace okapi::server
