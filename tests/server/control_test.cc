#include "server/control.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "server/snapshot_file.h"
#include "tests/server/small_server.h"

using namespace okapi;

namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("health is 503 until the server is ready, and needs no key") {
  SmallServer server;
  server.key = "";
  server.dispatch->set_ready(false);
  CHECK(server.send("GET", "/_okapi/health").status == 503);
  server.dispatch->set_ready(true);
  const Json health = server.get("/_okapi/health");
  CHECK(text(health, "status") == "ready");
  CHECK(text(health, "api_version") == api::api_version());
  CHECK(has(health, "version"));
}

TEST_CASE("reset empties the account of the key, or all") {
  SmallServer server;
  server.create_customer("a");
  server.key = "sk_test_b";
  const std::string first = server.create_customer("b");
  CHECK(integer(server.post("/_okapi/reset"), "accounts") == 1);
  CHECK(server.customers() == 0);
  CHECK(server.create_customer("again") == first);
  server.key = "sk_test_a";
  CHECK(server.customers() == 1);
  CHECK(integer(server.post("/_okapi/reset", "all=true"), "accounts") == 3);
  CHECK(server.customers() == 0);
}

TEST_CASE("an idempotency key is free again after a reset") {
  SmallServer server;
  const api::Headers headers = {{"Idempotency-Key", "once"}};
  const Json first = Json::parse(server.send("POST", "/v1/customers", "name=a", headers).body);
  server.post("/_okapi/reset");
  CHECK(server.send("POST", "/v1/customers", "name=b", headers).status == 200);
  CHECK(server.customers() == 1);
}

TEST_CASE("named snapshots are saved, listed and restored") {
  SmallServer server;
  server.create_customer("a");
  CHECK(integer(server.post("/_okapi/snapshots", R"({"name":"with one"})"), "objects") == 2);
  server.create_customer("b");
  CHECK(server.customers() == 2);
  server.post("/_okapi/snapshots/with%20one/restore");
  CHECK(server.customers() == 1);
  const Json list = server.get("/_okapi/snapshots");
  REQUIRE(list.at("data").size() == 1);
  CHECK(text(list.at("data").at(0), "name") == "with one");
  CHECK(contains(server.refusal("POST", "/_okapi/snapshots/none/restore"), "404 No such snapshot"));
  CHECK(contains(server.refusal("POST", "/_okapi/snapshots"), "400 Missing required param: name"));
}

TEST_CASE("a snapshot moves an account to another key and another server") {
  SmallServer server;
  const std::string id = server.create_customer("a");
  const std::string file = server.send("GET", "/_okapi/snapshot").body;
  SmallServer other;
  other.key = "sk_test_other";
  CHECK(integer(other.answer("PUT", "/_okapi/snapshot", file), "accounts") == 1);
  CHECK(text(other.get("/v1/customers/" + id), "name") == "a");
  CHECK(other.create_customer("b") != id);
  CHECK(contains(other.refusal("PUT", "/_okapi/snapshot", "{}"),
                 "400 the body is not a snapshot of okapi"));
  CHECK(contains(other.refusal("PUT", "/_okapi/snapshot", file.substr(0, file.size() - 9)),
                 "take another copy of the file"));
  CHECK(other.customers() == 2);
}

TEST_CASE("a snapshot of all accounts replaces all accounts") {
  SmallServer server;
  server.create_customer("a");
  server.key = "sk_test_b";
  server.create_customer("b");
  const std::string file = server.send("GET", "/_okapi/snapshot?all=true").body;
  SmallServer other;
  other.key = "sk_test_c";
  other.create_customer("c");
  CHECK(contains(other.refusal("PUT", "/_okapi/snapshot", file),
                 "400 The snapshot holds 3 accounts; send all=true"));
  other.answer("PUT", "/_okapi/snapshot?all=true", file);
  CHECK(other.customers() == 0);
  other.key = "sk_test_b";
  CHECK(other.customers() == 1);
}

TEST_CASE("a snapshot file brings connected accounts back") {
  const auto folder = std::filesystem::temp_directory_path() / "okapi-control-test";
  std::filesystem::create_directories(folder);
  const std::string file = folder / "world.json";
  const api::Headers connected = {{"Stripe-Account", "acct_12345"}};
  {
    SmallServer server;
    CHECK(server.send("POST", "/v1/customers", "name=x", connected).status == 200);
    server::save_snapshot(*server.dispatch, file);
  }
  SmallServer server;
  server::load_snapshot_if_there(*server.dispatch, file);
  CHECK(server.customers() == 0);
  const api::Response list = server.send("GET", "/v1/customers", {}, connected);
  CHECK(Json::parse(list.body).at("data").size() == 1);

  std::ofstream(file) << "{\"okapi_snapshot\":9}";
  CHECK_THROWS_AS(server::load_snapshot_if_there(*server.dispatch, file), store::SnapshotError);
  std::ofstream(file, std::ios::trunc).close();
  CHECK_THROWS_AS(server::load_snapshot_if_there(*server.dispatch, file), store::FileError);
  CHECK_THROWS_AS(server::load_snapshot_if_there(*server.dispatch, folder), store::FileError);
  std::filesystem::remove_all(folder);
  server::load_snapshot_if_there(*server.dispatch, file);  // not there: an empty world
  CHECK(Json::parse(server.send("GET", "/v1/customers", {}, connected).body).at("data").size() ==
        1);
}

TEST_CASE("the clock is read, advanced and set; what falls due happens in the order of time") {
  SmallServer server;
  server.add_alarm("alarm_late", start + 5 * day);
  server.add_alarm("alarm_second", start + 3 * day);
  server.add_alarm("alarm_first", start + 2 * day);
  CHECK(integer(server.get("/_okapi/clock"), "now") == start);
  CHECK(server.get("/_okapi/clock").at("next_due") == Json{{"action", "ring"},
                                                           {"at", start + 2 * day},
                                                           {"id", "alarm_first"},
                                                           {"object", "test.alarm"}});
  CHECK(integer(server.post("/_okapi/clock", "advance=1d"), "steps") == 0);
  const Json clock = server.post("/_okapi/clock", "to=" + std::to_string(start + 4 * day));
  CHECK(integer(clock, "now") == start + 4 * day);
  CHECK(integer(clock, "steps") == 2);
  CHECK(text(clock.at("next_due"), "id") == "alarm_late");
  CHECK(boolean(clock, "frozen"));
  const Json events = server.get("/_okapi/events?type=test.alarm.*");
  REQUIRE(events.at("data").size() == 2);
  CHECK(at_path(events.at("data").at(0), {"data", "object", "id"}) == "alarm_second");
  CHECK(integer(events.at("data").at(0), "created") == start + 3 * day);
  CHECK(at_path(events.at("data").at(1), {"data", "object", "id"}) == "alarm_first");
  CHECK(text(server.post("/_okapi/clock", "to=2031-01-01"), "time") == "2031-01-01T00:00:00.000Z");
  CHECK(server.get("/_okapi/clock").at("next_due") == nullptr);

  CHECK(contains(server.refusal("POST", "/_okapi/clock", "advance=soon"), "400 Invalid span"));
  CHECK(contains(server.refusal("POST", "/_okapi/clock", "to=soon"), "400 Invalid timestamp"));
  CHECK(contains(server.refusal("POST", "/_okapi/clock", "to=1&advance=1d"), "400 You may only"));
  CHECK(contains(server.refusal("POST", "/_okapi/clock", "advnace=1d"),
                 "400 Received unknown parameter: advnace"));
}

TEST_CASE("a running clock stays running when it is advanced, until it is frozen") {
  SmallServer server;
  CHECK_FALSE(boolean(server.post("/_okapi/clock", "frozen=false"), "frozen"));
  const Seconds before = integer(server.get("/_okapi/clock"), "now");
  CHECK(before >= start);
  CHECK(before < start + hour);
  const Json clock = server.post("/_okapi/clock", "advance=1w");
  CHECK(integer(clock, "now") >= before + 7 * day);
  CHECK_FALSE(boolean(clock, "frozen"));
  CHECK(boolean(server.post("/_okapi/clock", R"({"frozen":true})"), "frozen"));
}

TEST_CASE("an invoice's explanation is served as it was written") {
  SmallServer server;
  {
    store::Transaction tx(server.dispatch->accounts().of_key(server.key).store, {});
    tx.insert({{"id", "in_1"}, {"object", "invoice"}});
    tx.insert({{"id", "in_2"}, {"object", "invoice"}});
    tx.insert({{"id", "in_1"}, {"object", "okapi.explanation"}, {"total", 25'000}});
    tx.commit();
  }
  CHECK(integer(server.get("/_okapi/explain/in_1"), "total") == 25'000);
  CHECK(contains(server.refusal("GET", "/_okapi/explain/in_2"), "404 No such explanation"));
  CHECK(contains(server.refusal("GET", "/_okapi/explain/in_3"), "404 No such invoice: 'in_3'"));
}

TEST_CASE("requests are listed newest first, filtered, each as curl") {
  SmallServer server;
  server.create_customer("O%27Neill+%26+Co");
  server.refusal("GET", "/v1/customers/cus_none");
  server.get("/v1/customers?limit=3");
  const Json all = server.get("/_okapi/requests");
  REQUIRE(all.at("data").size() == 3);
  CHECK(text(all.at("data").at(0), "target") == "/v1/customers?limit=3");
  const Json failed = server.get("/_okapi/requests?status=404").at("data");
  REQUIRE(failed.size() == 1);
  CHECK(text(failed.at(0).at("error"), "code") == "resource_missing");
  const Json posts = server.get("/_okapi/requests?method=POST&path=/v1/cust*").at("data");
  REQUIRE(posts.size() == 1);
  CHECK(text(posts.at(0), "curl") ==
        "curl http://127.0.0.1:12111/v1/customers \\\n  -u sk_test_a: \\\n"
        "  --data-urlencode 'name=O'\\''Neill & Co'");
  CHECK(posts.at(0).at("events").size() == 1);
  const std::string id = text(posts.at(0), "id");
  const Json one = server.get("/_okapi/requests/" + id);
  CHECK(text(one, "operation") == "customers.create");
  CHECK(text(Json::parse(text(one, "response")), "name") == "O'Neill & Co");
  CHECK(server.get("/_okapi/requests?limit=1").at("has_more") == true);
  server.key = "sk_test_b";
  CHECK(server.get("/_okapi/requests").at("data").empty());
  CHECK(contains(server.refusal("GET", "/_okapi/requests/" + id), "404 No such request"));
}

TEST_CASE("what the dashboard looks at is not logged, what it does is") {
  SmallServer server;
  const api::Headers looks = {{"Okapi-Dashboard", "looks"}};
  CHECK(server.send("GET", "/v1/customers", {}, looks).status == 200);
  CHECK(server.send("GET", "/v1/customers/cus_none", {}, looks).status == 404);
  CHECK(server.get("/_okapi/requests").at("data").empty());
  CHECK(server.send("POST", "/v1/customers", "name=a", looks).status == 200);
  CHECK(server.get("/_okapi/requests").at("data").size() == 1);
}

TEST_CASE("the accounts of the server are listed with their keys") {
  SmallServer server;
  server.create_customer("a");
  server.send("GET", "/v1/customers", {}, {{"Stripe-Account", "acct_connected"}});
  const Json accounts = server.get("/_okapi/accounts").at("data");
  REQUIRE(accounts.size() == 2);
  CHECK(accounts.at(0).at("key") == nullptr);
  CHECK(text(accounts.at(1), "key") == "sk_test_a");
  CHECK(integer(accounts.at(1), "objects") == 2);
}

TEST_CASE("events are listed newest first, by type, object and cursor") {
  SmallServer server;
  const std::string id = server.create_customer("a");
  server.create_customer("b");
  server.post("/v1/customers/" + id, "name=c");
  const Json all = server.get("/_okapi/events").at("data");
  REQUIRE(all.size() == 3);
  CHECK(text(all.at(0), "type") == "customer.updated");
  CHECK(server.get("/_okapi/events?type=customer.created").at("data").size() == 2);
  CHECK(server.get("/_okapi/events?object=" + id).at("data").size() == 2);
  const Json rest = server.get("/_okapi/events?limit=1&starting_after=" + text(all.at(0), "id"));
  CHECK(rest.at("data").at(0) == all.at(1));
  CHECK(rest.at("has_more") == true);
  CHECK(
      contains(server.refusal("GET", "/_okapi/events?starting_after=evt_x"), "400 No such event"));
}

TEST_CASE("faults make the nth matching request fail, so many times, and no other") {
  SmallServer server;
  const Json rule = server.post("/_okapi/faults",
                                R"({"method":"POST","path":"/v1/customers*","nth":2,"times":2,
                                    "status":503,"error":{"message":"Try again."}})");
  CHECK(integer(rule, "times") == 2);
  CHECK(server.send("POST", "/v1/customers").status == 200);
  CHECK(server.refusal("POST", "/v1/customers") == "503 Try again.");
  CHECK(server.send("GET", "/v1/customers").status == 200);
  CHECK(server.refusal("POST", "/v1/customers") == "503 Try again.");
  CHECK(server.send("POST", "/v1/customers").status == 200);
  CHECK(server.customers() == 2);
  CHECK(integer(server.get("/_okapi/faults").at("data").at(0), "matched") == 4);
  server.answer("DELETE", "/_okapi/faults/" + text(rule, "id"), {});
  CHECK(server.get("/_okapi/faults").at("data").empty());
}

TEST_CASE("what the dashboard looks at neither meets a fault nor counts for one") {
  SmallServer server;
  server.post("/_okapi/faults", "method=GET&path=/v1/customers&status=500");
  const api::Headers looks = {{"Okapi-Dashboard", "looks"}};
  CHECK(server.send("GET", "/v1/customers", {}, looks).status == 200);
  CHECK(integer(server.get("/_okapi/faults").at("data").at(0), "matched") == 0);
  CHECK(server.send("GET", "/v1/customers").status == 500);
  CHECK(server.send("GET", "/v1/customers").status == 200);
}

TEST_CASE("a fault closes the connection before or after the work") {
  SmallServer server;
  server.post("/_okapi/faults", "close=before&key=sk_test_a");
  CHECK(server.send("POST", "/v1/customers").drop);
  CHECK(server.customers() == 0);
  server.post("/_okapi/faults", "close=after&path=/v1/customers");
  CHECK(server.send("POST", "/v1/customers").drop);
  CHECK(server.customers() == 1);
  server.answer("DELETE", "/_okapi/faults", {});
}

TEST_CASE("a fault that asks for nothing, or for what is not there yet, is refused") {
  SmallServer server;
  CHECK(contains(server.refusal("POST", "/_okapi/faults"), "400 A fault does something"));
  CHECK(contains(server.refusal("POST", "/_okapi/faults", "status=200"), "between 400 and 599"));
  CHECK(contains(server.refusal("POST", "/_okapi/faults", "status=500&nth=0"), "400 "));
  CHECK(contains(server.refusal("POST", "/_okapi/faults", "status=500&close=before"), "400 "));
  CHECK(contains(server.refusal("POST", "/_okapi/faults", "close=maybe"), "400 "));
  CHECK(contains(server.refusal("POST", "/_okapi/faults", "delay=999999999"), "400 "));
  CHECK(contains(server.refusal("POST", "/_okapi/faults", "decline=insufficient_funds"), "501 "));
  CHECK(contains(server.refusal("POST", "/_okapi/faults", "[1]"), "400 "));
  CHECK(contains(server.refusal("POST", "/_okapi/faults", "{\"status\":{}}"), "400 "));
}

TEST_CASE("coverage counts every operation once") {
  SmallServer server;
  const Json coverage = server.get("/_okapi/coverage");
  const Json& summary = coverage.at("summary");
  CHECK(integer(summary, "behaviour") + integer(summary, "storage") + integer(summary, "missing") ==
        api::operation_count());
  CHECK(coverage.at("operations").size() == api::operation_count());
}

TEST_CASE("metrics are Prometheus text") {
  SmallServer server;
  server.create_customer("a");
  server.refusal("GET", "/v1/nowhere");
  const api::Response metrics = server.send("GET", "/_okapi/metrics");
  CHECK(metrics.content_type.starts_with("text/plain"));
  CHECK(contains(metrics.body,
                 "\nokapi_requests_total{operation=\"customers.create\",status=\"200\"} 1\n"));
  CHECK(contains(metrics.body, "\nokapi_requests_total{operation=\"none\",status=\"404\"} 1\n"));
  CHECK(contains(metrics.body, "\nokapi_objects{object=\"customer\"} 1\n"));
  CHECK(contains(metrics.body, "\nokapi_accounts 2\n"));
  CHECK(contains(metrics.body, "\nokapi_uptime_seconds "));
}

TEST_CASE("without endpoints there is no webhook to wait for") {
  SmallServer server;
  server.create_customer("Ann");
  const Json waited = server.post("/_okapi/webhooks/wait", "timeout=5s");
  CHECK(waited.at("pending") == 0);
  CHECK(waited.at("timed_out") == false);
  CHECK(contains(server.refusal("POST", "/_okapi/webhooks/wait", "timeout=soon"), "Invalid span"));
  CHECK(contains(server.refusal("POST", "/_okapi/webhooks", "drop=101"), "between 0 and 100"));
  CHECK(
      contains(server.refusal("POST", "/_okapi/webhooks/resend", "event=evt_0"), "No such event"));
}

TEST_CASE("unknown control paths and live keys are refused") {
  SmallServer server;
  CHECK(contains(server.refusal("GET", "/_okapi/nothing"), "404 Unrecognized request URL"));
  CHECK(contains(server.refusal("DELETE", "/_okapi/clock"), "404 Unrecognized request URL"));
  CHECK(contains(server.refusal("GET", "/_okapi/explain/"), "404 Unrecognized request URL"));
  CHECK(contains(server.refusal("GET", "/_okapi/explain/a/b"), "404 Unrecognized request URL"));
  server.key = "sk_live_4eC39";
  const std::string refused = server.refusal("POST", "/_okapi/reset");
  CHECK(contains(refused, "401 "));
  CHECK_FALSE(contains(refused, "4eC39"));
}

TEST_CASE("pages of other sites cannot drive the server") {
  server::Options options;
  options.allowed_hosts = {"okapi", "mock.test:12111"};
  SmallServer server(options);
  struct Case {
    std::string name;
    api::Headers headers;
    bool allowed;
  };
  const Case cases[] = {
      {"no browser", {}, true},
      {"loopback", {{"Host", "127.0.0.1:12111"}}, true},
      {"localhost, in any case", {{"Host", "LocalHost:12111"}}, true},
      {"IPv6 loopback", {{"Host", "[::1]:12111"}}, true},
      {"named with --allow-host", {{"Host", "okapi:12111"}}, true},
      {"named with a port", {{"Host", "mock.test"}}, true},
      {"a name that resolves here", {{"Host", "evil.example"}}, false},
      {"a name that looks like loopback", {{"Host", "127.0.0.1.evil.example"}}, false},
      {"another address", {{"Host", "192.168.1.7:12111"}}, false},
      {"its own page", {{"Host", "localhost:1"}, {"Origin", "http://localhost:1"}}, true},
      {"another port's page", {{"Host", "localhost:1"}, {"Origin", "http://localhost:2"}}, false},
      {"another site's page", {{"Host", "localhost"}, {"Origin", "https://evil.example"}}, false},
      {"a page without a site", {{"Host", "localhost"}, {"Origin", "null"}}, false},
      {"an origin and no host", {{"Origin", "https://evil.example"}}, false},
      {"a page without a site, and no host", {{"Origin", "null"}}, false},
      {"a form of another site", {{"Sec-Fetch-Site", "cross-site"}}, false},
      {"typed into the browser", {{"Sec-Fetch-Site", "none"}}, true},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK((server.send("POST", "/_okapi/reset", {}, c.headers).status == 200) == c.allowed);
  }
  CHECK(contains(server.refusal("GET", "/_okapi/clock", {}, {{"Host", "evil.example"}}),
                 "403 okapi's own paths answer under 127.0.0.1 and localhost only, and this "
                 "request asked evil.example. Start okapi with --allow-host evil.example"));
  // With a secret key the API answers under any name.
  CHECK(server.send("GET", "/v1/customers", {}, {{"Host", "evil.example"}}).status == 200);
}
