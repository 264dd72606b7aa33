#include "server/dispatch.h"

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "api/error.h"
#include "base/check.h"
#include "server/accounts.h"
#include "server/request_log.h"

namespace okapi::server {
namespace {

// --- a small world of handlers: coupons are plain storage, the rest stands for behaviour

api::Reply create_customer(api::Context& ctx) {
  Json customer = api::default_object(ctx.tx, "customer");
  api::assign_params(customer, ctx.params, {"name"});
  customer["_secret"] = "internal";
  const store::Document made = ctx.tx.insert(std::move(customer));
  ctx.tx.emit("customer.created", made);
  return made;
}

// Stands for a check inside okapi that fails after something was written.
api::Reply fail(api::Context& ctx) {
  ctx.tx.insert({{"id", "prod_half"}, {"object", "product"}});
  OKAPI_CHECK(ctx.now() < 0);
  return Json();
}

api::Reply misread(api::Context&) { return Json(text(Json::object(), "misspelt")); }

api::Reply overflow(api::Context&) { throw OutOfRange("too much"); }

api::Reply decline(api::Context& ctx) {
  ctx.tx.emit("payment_intent.payment_failed",
              ctx.tx.insert({{"id", "pi_1"}, {"object", "payment_intent"}, {"status", "failed"}}));
  api::ApiError declined;
  declined.status = 402;
  declined.type = "card_error";
  declined.code = "card_declined";
  declined.message = "Your card was declined.";
  declined.commits = true;
  throw declined;
}

std::atomic<int> slow_state = 0;  // 1: a slow handler runs, 2: it may end

api::Reply slow(api::Context& ctx) {
  slow_state = 1;
  while (slow_state != 2) std::this_thread::yield();
  return api::default_object(ctx.tx, "plan");
}

void redeem_by_is_due(const Json& coupon, std::vector<store::Due>& due) {
  if (has(coupon, "redeem_by") && boolean(coupon, "valid")) {
    due.push_back({.at = integer(coupon, "redeem_by"), .rank = 1, .action = "expire", .clock = {}});
  }
}

bool expire_coupons(store::Transaction& tx, const api::Settings&) {
  const std::optional<store::DueStep> step = tx.next_due("", tx.now());
  if (!step) return false;
  OKAPI_CHECK(maybe_text(*step->document, "name") != "broken");
  const store::Document expired =
      tx.update(step->document, [](Json& coupon) { coupon["valid"] = false; });
  tx.emit("coupon.updated", expired);
  return true;
}

const api::Registry& registry() {
  static const api::Registry built = [] {
    api::Registry made;
    made.bind("customers.create", create_customer);
    made.bind("products.create", fail);
    made.bind("products.update", misread);
    made.bind("prices.create", overflow);
    made.bind("payment_intents.create", decline);
    made.bind("plans.create", slow);
    made.due("coupon", redeem_by_is_due);
    made.run_due = expire_coupons;
    return made;
  }();
  return built;
}

class Server {
 public:
  explicit Server(Options options = {}, api::Settings settings = {})
      : dispatch(registry(), std::move(settings), [&] {
          options.base_url = "http://127.0.0.1:12111";
          options.quiet = true;
          options.counting_ids = true;
          if (!options.clock.frozen) options.clock = {.frozen = true, .at = 1'000'000, .offset = 0};
          return options;
        }()) {}

  api::Response send(std::string method, std::string target, std::string body = {},
                     api::Headers headers = {}) {
    if (api::header(headers, "Authorization").empty()) {
      headers.emplace_back("Authorization", "Bearer sk_test_one");
    }
    return raw(std::move(method), std::move(target), std::move(body), std::move(headers));
  }
  api::Response raw(std::string method, std::string target, std::string body,
                    api::Headers headers) {
    return dispatch.handle({.method = std::move(method),
                            .target = std::move(target),
                            .body = std::move(body),
                            .headers = std::move(headers),
                            .secure = false,
                            .remote = {}});
  }
  RequestRecord last() {
    const std::vector<RequestRecord> newest = dispatch.request_log().newest("", 1);
    REQUIRE(newest.size() == 1);
    return newest.front();
  }
  std::size_t count(const std::string& path) {
    return Json::parse(send("GET", path).body).at("data").size();
  }
  Dispatch dispatch;
};

Json error_of(const api::Response& response) { return Json::parse(response.body).at("error"); }

std::string header_of(const api::Response& response, std::string_view name) {
  return std::string(api::header(response.headers, name));
}

// --- keys

TEST_CASE("a key opens its account and nothing else does") {
  Server server;
  struct Case {
    std::string name;
    std::string authorization;
    int status;
    std::string message;
  };
  const Case cases[] = {
      {"bearer", "Bearer sk_test_123", 200, ""},
      {"restricted", "Bearer rk_test_123", 200, ""},
      {"the scheme in any letter case", "bearer sk_test_123", 200, ""},
      {"basic, the key as user name", "Basic c2tfdGVzdF8xMjM6", 200, ""},
      {"basic without a colon", "Basic c2tfdGVzdF8xMjM=", 200, ""},
      {"nothing", " ", 401, "You did not provide an API key."},
      {"another scheme", "Digest x", 401, "You did not provide an API key."},
      {"basic without a user", "Basic Og==", 401, "You did not provide an API key."},
      {"a prefix alone", "Bearer sk_test_", 401, "Invalid API Key provided: "},
      {"another word", "Bearer nonsense_1234", 401, "Invalid API Key provided: *********1234"},
      {"publishable", "Bearer pk_test_123", 401,
       "This API call cannot be made with a publishable API key."},
      {"live", "Bearer sk_live_abcdefgh", 401, "You passed a live mode key to okapi"},
      {"live, restricted", "Bearer rk_live_abcdefgh", 401, "You passed a live mode key to okapi"},
      {"live, publishable", "Bearer pk_live_abcdefgh", 401, "You passed a live mode key to okapi"},
      {"organization", "Bearer sk_org_x", 401,
       "okapi does not support keys that begin with sk_org_"},
      {"ephemeral", "Bearer ek_test_x", 401,
       "okapi does not support keys that begin with ek_test_"},
      {"too long", "Bearer sk_test_" + std::string(300, 'x'), 401,
       "Invalid API Key provided: sk_test_*"},
      {"control characters", "Bearer sk_test_\x01", 401, "Invalid API Key provided: "},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const api::Response response =
        server.raw("GET", "/v1/coupons", "", {{"Authorization", c.authorization}});
    CHECK(response.status == c.status);
    if (c.status == 200) continue;
    CHECK(text(error_of(response), "message").starts_with(c.message));
    CHECK(header_of(response, "WWW-Authenticate") == "Bearer realm=\"Stripe\"");
    CHECK(header_of(response, "Request-Id").empty());
    CHECK(header_of(response, "Stripe-Version").empty());
  }
}

TEST_CASE("each key is its own account, and a connected account one more inside of it") {
  Server server;
  const auto coupons = [&](const std::string& key, const std::string& connected = {}) {
    api::Headers headers = {{"Authorization", "Bearer " + key}};
    if (!connected.empty()) headers.emplace_back("Stripe-Account", connected);
    const api::Response response = server.raw("GET", "/v1/coupons", "", headers);
    REQUIRE(response.status == 200);
    CHECK(header_of(response, "Stripe-Account") == connected);
    return Json::parse(response.body).at("data").size();
  };
  REQUIRE(server.send("POST", "/v1/coupons", "percent_off=5").status == 200);
  CHECK(coupons("sk_test_one") == 1);
  CHECK(coupons("sk_test_two") == 0);
  CHECK(coupons("rk_test_one") == 0);
  CHECK(coupons("sk_test_one", "acct_connected") == 0);
  REQUIRE(
      server.send("POST", "/v1/coupons", "percent_off=5", {{"Stripe-Account", "acct_connected"}})
          .status == 200);
  CHECK(coupons("sk_test_one", "acct_connected") == 1);
  CHECK(coupons("sk_test_one") == 1);
  CHECK(coupons("sk_test_two", "acct_connected") == 0);
  const std::string own = server.dispatch.accounts().of_key("sk_test_one").store.id();
  CHECK(own.size() == 21);
  CHECK(coupons("sk_test_one", own) == 1);
}

TEST_CASE("a Stripe-Account that is no account id is refused") {
  Server server;
  for (const char* name : {"nope", "acct_", "acct_a b", "acct_a/b"}) {
    const std::string id = name;
    CAPTURE(id);
    const api::Response response = server.send("GET", "/v1/coupons", "", {{"Stripe-Account", id}});
    CHECK(response.status == 403);
    CHECK(text(error_of(response), "code") == "account_invalid");
  }
  const api::Response huge =
      server.send("GET", "/v1/coupons", "", {{"Stripe-Account", "acct_" + std::string(500, 'x')}});
  CHECK(huge.status == 403);
}

TEST_CASE("with any_key every key and none is the default account, live ones excepted") {
  Server server({.any_key = true});
  REQUIRE(server.raw("POST", "/v1/coupons", "percent_off=5", {}).status == 200);
  for (const char* name : {"sk_test_a", "pk_test_b", "<>", "anything"}) {
    const std::string key = name;
    CAPTURE(key);
    const api::Response list =
        server.raw("GET", "/v1/coupons", "", {{"Authorization", "Bearer " + key}});
    REQUIRE(list.status == 200);
    CHECK(Json::parse(list.body).at("data").size() == 1);
  }
  CHECK(server.raw("GET", "/v1/coupons", "", {{"Authorization", "Bearer sk_live_x"}}).status ==
        401);
}

// --- urls, versions, headers

TEST_CASE("an unknown url or method is 404 in Stripe's words") {
  Server server;
  struct Case {
    std::string method;
    std::string target;
  };
  const Case cases[] = {
      {"GET", "/v1/nope"},       {"GET", "/nope"},          {"PUT", "/v1/customers"},
      {"PATCH", "/v1/coupons"},  {"GET", "/v1/customers/"}, {"DELETE", "/v1/coupons"},
      {"GET", "/v1//customers"}, {"GET", "v1/customers"},   {"GET", ""}};
  for (const Case& c : cases) {
    CAPTURE(c.target);
    const api::Response response = server.send(c.method, c.target);
    CHECK(response.status == 404);
    CHECK(text(error_of(response), "message")
              .starts_with("Unrecognized request URL (" + c.method + ": "));
    CHECK_FALSE(header_of(response, "Request-Id").empty());
  }
}

TEST_CASE("an operation that okapi does not do answers 501, before its parameters are looked at") {
  Server server;
  const api::Response response = server.send("POST", "/v1/payouts", "nope=1");
  CHECK(response.status == 501);
  CHECK(text(error_of(response), "code") == "not_implemented");
  CHECK(header_of(response, "Stripe-Should-Retry") == "false");
  CHECK(
      text(error_of(response), "message").starts_with("okapi does not implement payouts.create."));
}

TEST_CASE("the version is checked and echoed") {
  Server server;
  CHECK(header_of(server.send("GET", "/v1/coupons"), "Stripe-Version") == api::api_version());
  const api::Response older =
      server.send("GET", "/v1/coupons", "", {{"Stripe-Version", "2025-03-31.basil"}});
  CHECK(older.status == 200);
  CHECK(header_of(older, "Stripe-Version") == "2025-03-31.basil");
  const api::Response wrong =
      server.send("GET", "/v1/coupons", "", {{"Stripe-Version", "2099-01-01"}});
  CHECK(wrong.status == 400);
  CHECK(text(error_of(wrong), "message") == "Invalid Stripe API version: 2099-01-01");
  Server pinned({.default_version = "2026-03-25.dahlia"});
  CHECK(header_of(pinned.send("GET", "/v1/coupons"), "Stripe-Version") == "2026-03-25.dahlia");
}

TEST_CASE("every answer has its request id, and errors point at okapi's own log") {
  Server server;
  const api::Response first = server.send("GET", "/v1/coupons/x", "", {{"Host", "localhost:99"}});
  const std::string id = header_of(first, "Request-Id");
  CHECK(id.size() == 18);
  CHECK(id.starts_with("req_"));
  CHECK(text(error_of(first), "request_log_url") == "http://localhost:99/_okapi/requests/" + id);
  CHECK(header_of(server.send("GET", "/v1/coupons"), "Request-Id") != id);
  CHECK(header_of(first, "Access-Control-Allow-Origin") == "*");
  CHECK(first.content_type == "application/json");
  const api::Response forged =
      server.send("GET", "/v1/coupons/x", "", {{"Host", "evil\"><script>"}});
  CHECK(text(error_of(forged), "request_log_url").starts_with("http://127.0.0.1:12111/"));
}

TEST_CASE("counting ids are the same for the same requests") {
  const auto play = [] {
    Server server;
    std::string out;
    for (int i = 0; i < 3; ++i) {
      const api::Response made = server.send("POST", "/v1/coupons", "percent_off=5");
      out += made.body + header_of(made, "Request-Id");
    }
    return out;
  };
  CHECK(play() == play());
}

TEST_CASE("HEAD is answered like GET, OPTIONS for browsers, / for people") {
  Server server;
  CHECK(server.send("HEAD", "/v1/coupons").body == server.send("GET", "/v1/coupons").body);
  const api::Response preflight =
      server.raw("OPTIONS", "/v1/coupons", "", {{"Access-Control-Request-Headers", "X-A"}});
  CHECK(preflight.status == 204);
  CHECK(header_of(preflight, "Access-Control-Allow-Headers") == "X-A");
  CHECK(header_of(preflight, "Access-Control-Allow-Origin") == "*");
  const api::Response root = server.raw("GET", "/", "", {});
  CHECK(root.status == 200);
  CHECK(root.body.find("okapi") != std::string::npos);
}

TEST_CASE("v1 takes forms only") {
  Server server;
  const api::Response json = server.send("POST", "/v1/coupons", R"({"percent_off":5})",
                                         {{"Content-Type", "application/json"}});
  CHECK(json.status == 400);
  CHECK(text(error_of(json), "message")
            .starts_with("Invalid request (check that your POST content type is "
                         "application/x-www-form-urlencoded)."));
  CHECK(server.count("/v1/coupons") == 0);
  CHECK(server.send("POST", "/v1/coupons?percent_off=5", "").status == 200);
}

// --- what goes wrong inside

TEST_CASE("a bug is a 500 with the request id, leaves no trace and is logged with its place") {
  Server server;
  const api::Response response = server.send("POST", "/v1/products", "name=x");
  CHECK(response.status == 500);
  CHECK(text(error_of(response), "type") == "api_error");
  CHECK(text(error_of(response), "message").find(header_of(response, "Request-Id")) !=
        std::string::npos);
  CHECK(server.last().bug.find("dispatch_test.cc:") != std::string::npos);
  CHECK(server.count("/v1/products") == 0);
  CHECK(server.send("GET", "/v1/products/prod_half").status == 404);
}

TEST_CASE("a misspelt field is a 500, an amount beyond 64 bits a 400") {
  Server server;
  const api::Response misspelt = server.send("POST", "/v1/products/x");
  CHECK(misspelt.status == 500);
  CHECK_FALSE(server.last().bug.empty());
  const api::Response huge = server.send("POST", "/v1/prices", "currency=usd&product=p");
  CHECK(huge.status == 400);
  CHECK(text(error_of(huge), "type") == "invalid_request_error");
}

TEST_CASE("a declined payment is refused and kept") {
  Server server;
  const api::Response response = server.send("POST", "/v1/payment_intents", "amount=5&currency=usd",
                                             {{"Idempotency-Key", "k"}});
  CHECK(response.status == 402);
  CHECK(text(error_of(response), "code") == "card_declined");
  CHECK(header_of(response, "Stripe-Should-Retry") == "false");
  CHECK(server.last().events.size() == 1);
  CHECK(server.send("GET", "/v1/payment_intents/pi_1").status == 200);
  const api::Response again = server.send("POST", "/v1/payment_intents", "amount=5&currency=usd",
                                          {{"Idempotency-Key", "k"}});
  CHECK(again.status == 402);
  CHECK(again.body == response.body);
  CHECK(header_of(again, "Idempotent-Replayed") == "true");
}

// --- idempotency

TEST_CASE("a key replays the first answer, byte for byte, and does nothing else") {
  Server server;
  const api::Headers key = {{"Idempotency-Key", "k-1"}};
  const api::Response first = server.send("POST", "/v1/customers", "name=a&metadata[x]=1", key);
  CHECK(first.status == 200);
  CHECK(header_of(first, "Idempotency-Key") == "k-1");
  CHECK(header_of(first, "Original-Request") == header_of(first, "Request-Id"));
  CHECK(header_of(first, "Stripe-Should-Retry") == "false");
  CHECK(header_of(first, "Idempotent-Replayed").empty());
  // Another order and spelling of the same parameters.
  const api::Response again = server.send("POST", "/v1/customers", "metadata%5Bx%5D=1&name=a", key);
  CHECK(again.status == 200);
  CHECK(again.body == first.body);
  CHECK(header_of(again, "Idempotent-Replayed") == "true");
  CHECK(header_of(again, "Request-Id") != header_of(first, "Request-Id"));
  CHECK(header_of(again, "Original-Request") == header_of(first, "Request-Id"));
  CHECK(server.last().replayed);
  CHECK(server.last().events.empty());
  CHECK(server.count("/v1/customers") == 1);
  CHECK(server.count("/v1/events") == 1);
}

TEST_CASE("a key is bound to its path and parameters") {
  Server server;
  const api::Headers key = {{"Idempotency-Key", "k"}};
  REQUIRE(server.send("POST", "/v1/customers", "name=a", key).status == 200);
  const std::pair<std::string, std::string> others[] = {
      {"/v1/customers", "name=b"}, {"/v1/customers", ""}, {"/v1/coupons", "percent_off=5"}};
  for (const auto& [path, form] : others) {
    const api::Response other = server.send("POST", path, form, key);
    CHECK(other.status == 400);
    CHECK(text(error_of(other), "type") == "idempotency_error");
  }
  // Another account has keys of its own.
  CHECK(server
            .send("POST", "/v1/customers", "name=b",
                  {{"Idempotency-Key", "k"}, {"Authorization", "Bearer sk_test_two"}})
            .status == 200);
}

TEST_CASE("a refusal before the operation ran does not use the key up") {
  Server server;
  const api::Headers key = {{"Idempotency-Key", "k"}};
  const api::Response refused = server.send("POST", "/v1/customers", "nope=1", key);
  CHECK(refused.status == 400);
  CHECK(header_of(refused, "Stripe-Should-Retry").empty());
  CHECK(server.send("POST", "/v1/coupons/none", "name=x", key).status == 404);
  CHECK(server.send("POST", "/v1/customers", "name=a", key).status == 200);
}

TEST_CASE("a failure inside okapi is kept for its key, as Stripe keeps it") {
  Server server;
  const api::Headers key = {{"Idempotency-Key", "k"}};
  const api::Response first = server.send("POST", "/v1/products", "name=x", key);
  CHECK(first.status == 500);
  const api::Response again = server.send("POST", "/v1/products", "name=x", key);
  CHECK(again.status == 500);
  CHECK(again.body == first.body);
  CHECK(header_of(again, "Idempotent-Replayed") == "true");
}

TEST_CASE("keys have a length, and count for POST only") {
  Server server;
  for (const std::string& key : {std::string(), std::string(256, 'k'), std::string("a\x01")}) {
    const api::Response response =
        server.send("POST", "/v1/customers", "", {{"Idempotency-Key", key}});
    CHECK(response.status == 400);
    CHECK(text(error_of(response), "message") == "Idempotency Key must be a non-empty string.");
  }
  CHECK(server.send("POST", "/v1/customers", "", {{"Idempotency-Key", std::string(255, 'k')}})
            .status == 200);
  const api::Headers key = {{"Idempotency-Key", "g"}};
  CHECK(header_of(server.send("GET", "/v1/customers", "", key), "Idempotency-Key").empty());
  CHECK(server.send("GET", "/v1/coupons", "", key).status == 200);
}

TEST_CASE("a key in use is 409, and replays when the first request is done") {
  Server server;
  const api::Headers key = {{"Idempotency-Key", "k"}};
  const std::string form = "currency=usd&interval=month&product=p";
  slow_state = 0;
  api::Response first;
  std::jthread running([&] { first = server.send("POST", "/v1/plans", form, key); });
  while (slow_state != 1) std::this_thread::yield();
  const api::Response meanwhile = server.send("POST", "/v1/plans", form, key);
  CHECK(meanwhile.status == 409);
  CHECK(text(error_of(meanwhile), "code") == "idempotency_key_in_use");
  CHECK(server.send("POST", "/v1/plans", form + "&nickname=x", key).status == 400);
  slow_state = 2;
  running.join();
  CHECK(first.status == 200);
  CHECK(server.send("POST", "/v1/plans", form, key).body == first.body);
}

TEST_CASE("many clients with one key make one object") {
  Server server;
  std::atomic<int> fresh = 0;
  std::atomic<int> replayed = 0;
  std::atomic<int> in_use = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 8; ++i) {
      clients.emplace_back([&] {
        for (int j = 0; j < 25; ++j) {
          const api::Response response =
              server.send("POST", "/v1/customers", "name=a", {{"Idempotency-Key", "same"}});
          if (response.status == 409) {
            ++in_use;
          } else if (!header_of(response, "Idempotent-Replayed").empty()) {
            ++replayed;
          } else if (response.status == 200) {
            ++fresh;
          }
        }
      });
    }
  }
  CHECK(fresh == 1);
  CHECK(fresh + replayed + in_use == 200);
  CHECK(server.count("/v1/customers") == 1);
}

// --- time, reading, the log

TEST_CASE("what is due happens before a request reads, and right after one that wrote") {
  Server server;
  REQUIRE(server.send("POST", "/v1/coupons", "id=soon&percent_off=5&redeem_by=1000500").status ==
          200);
  CHECK(server.last().later_events.empty());
  World& world = server.dispatch.accounts().of_key("sk_test_one");
  {
    store::Transaction tx(world.store, {});
    tx.set_clock({.frozen = true, .at = 1'000'500, .offset = 0});
    tx.commit();
  }
  CHECK(Json::parse(server.send("GET", "/v1/coupons/soon").body).at("valid") == false);
  CHECK(server.last().later_events.size() == 1);
  REQUIRE(server.send("POST", "/v1/coupons", "id=now&percent_off=5&redeem_by=1000400").status ==
          200);
  CHECK(server.last().events.size() == 1);
  CHECK(server.last().later_events.size() == 1);
  const Json event = Json::parse(server.send("GET", "/v1/events?limit=1").body).at("data").at(0);
  CHECK(text(event, "type") == "coupon.updated");
  CHECK(event.at("request").at("id").is_null());
  CHECK(event.at("data").at("previous_attributes") == Json{{"valid", true}});
}

TEST_CASE("a step that fails is logged and does not lock the account") {
  Server server;
  REQUIRE(server.send("POST", "/v1/coupons", "name=broken&percent_off=5&redeem_by=5").status ==
          200);
  CHECK(server.send("GET", "/v1/coupons").status == 200);
  CHECK(server.send("POST", "/v1/coupons", "percent_off=5").status == 200);
  const std::vector<RequestRecord> newest = server.dispatch.request_log().newest("", 10);
  CHECK(std::ranges::any_of(newest, [](const RequestRecord& record) {
    return record.method == "DUE" && record.bug.find("dispatch_test.cc:") != std::string::npos;
  }));
}

TEST_CASE("GET by id does not wait for a writer") {
  Server server;
  const Json made = Json::parse(server.send("POST", "/v1/customers", "name=a").body);
  store::Transaction writing(server.dispatch.accounts().of_key("sk_test_one").store, {});
  const api::Response read = server.send("GET", "/v1/customers/" + text(made, "id"));
  CHECK(read.status == 200);
  CHECK(Json::parse(read.body) == made);
}

TEST_CASE("internal fields never leave, neither in answers nor in events") {
  Server server;
  const api::Response made = server.send("POST", "/v1/customers", "name=a");
  CHECK(made.body.find("_secret") == std::string::npos);
  const std::string id = text(Json::parse(made.body), "id");
  for (const std::string& path :
       {"/v1/customers/" + id, std::string("/v1/customers"), std::string("/v1/events"),
        "/v1/customers/" + id + "?expand[]=test_clock"}) {
    const api::Response read = server.send("GET", path);
    CHECK(read.status == 200);
    CHECK(read.body.find("_secret") == std::string::npos);
    CHECK(read.body.find(id) != std::string::npos);
  }
}

TEST_CASE("unknown ids are synthesized when asked for") {
  Server server({}, {.synthesize_unknown_ids = true});
  const api::Response read = server.send("GET", "/v1/coupons/never_made");
  CHECK(read.status == 200);
  CHECK(text(Json::parse(read.body), "id") == "never_made");
  CHECK(server.send("DELETE", "/v1/coupons/never_made").status == 200);
  // Nothing of it is there; an empty list answers a sample, too.
  const api::Response list = server.send("GET", "/v1/coupons");
  CHECK(api::header(list.headers, "Okapi-Synthesized") == "true");
  CHECK(Json::parse(list.body).at("data").size() == 1);
  CHECK(server.dispatch.accounts().of_key("sk_test_one").store.count("coupon") == 0);
  CHECK(server.send("GET", "/v1/nope").status == 404);
}

TEST_CASE("the log keeps what a request was, and no live key") {
  Server server;
  REQUIRE(server.send("POST", "/v1/customers?validate=true", "name=a").status == 200);
  const RequestRecord record = server.last();
  CHECK(record.operation == "customers.create");
  CHECK(record.target == "/v1/customers?validate=true");
  CHECK(record.body == "name=a");
  CHECK(record.status == 200);
  CHECK(record.events.size() == 1);
  CHECK(record.account == server.dispatch.accounts().of_key("sk_test_one").store.id());
  (void)server.raw("POST", "/v1/customers?key=sk_live_1", "source=rk_live_2",
                   {{"Authorization", "Bearer sk_live_3"}});
  const RequestRecord refused = server.last();
  CHECK(refused.target.find("live_") == std::string::npos);
  CHECK(refused.body.find("live_") == std::string::npos);
  CHECK(refused.key.find("live_") == std::string::npos);
  CHECK(log_line(refused, false).find("_live_") == std::string::npos);
}

TEST_CASE("clients of many accounts at once do not disturb each other") {
  Server server;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 8; ++i) {
      clients.emplace_back([&, i] {
        const api::Headers headers = {{"Authorization", "Bearer sk_test_" + std::to_string(i)}};
        for (int j = 0; j < 50; ++j) {
          const api::Response made = server.raw("POST", "/v1/customers", "name=a", headers);
          (void)server.raw("GET", "/v1/customers/" + text(Json::parse(made.body), "id"), "",
                           headers);
        }
      });
    }
  }
  for (int i = 0; i < 8; ++i) {
    World& world = server.dispatch.accounts().of_key("sk_test_" + std::to_string(i));
    CHECK(world.store.count("customer") == 50);
  }
}

TEST_CASE("what the transport refuses has Stripe's envelope") {
  const api::Response refused = Dispatch::refuse(413, "Too large.");
  CHECK(refused.status == 413);
  CHECK(text(error_of(refused), "message") == "Too large.");
  CHECK(text(error_of(refused), "type") == "invalid_request_error");
}

}  // namespace
}  // namespace okapi::server
