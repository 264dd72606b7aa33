#include "events/render.h"

#include <string>

#include <doctest/doctest.h>

#include "api/catalogue.h"
#include "api/difference.h"

namespace okapi::events {
namespace {

const store::Schema no_schema;

store::Account make_account() {
  return store::Account({.id = "acct_1",
                         .schema = &no_schema,
                         .ids = {.counting = true, .seed = 0},
                         .clock = {.frozen = true, .at = 1'000, .offset = 0},
                         .render_event = [](const std::string& id, const store::EmittedEvent& event,
                                            const store::Origin& origin) {
                           return render_event(id, event, origin, api::api_version());
                         }});
}

TEST_CASE("an event shows the object as it was at commit, and which request made it") {
  store::Account account(make_account());
  store::Transaction tx(account, {.request_id = "req_1", .idempotency_key = "key"});
  const store::Document made =
      tx.insert({{"id", "cus_1"}, {"object", "customer"}, {"name", "a"}, {"_internal", 1}});
  tx.emit("customer.created", made);
  tx.update(made, [](Json& customer) { customer["name"] = "b"; });
  tx.commit();
  REQUIRE(tx.committed_events().size() == 1);
  const std::string id = tx.committed_events().front();
  CHECK(id.size() == 28);
  CHECK(tx.find("event", id).text() ==
        R"({"id":")" + id + R"(","object":"event","api_version":")" +
            std::string(api::api_version()) +
            R"(","created":1000,"data":{"object":{"id":"cus_1","object":"customer","name":"b"}},)"
            R"("livemode":false,"pending_webhooks":0,)"
            R"("request":{"id":"req_1","idempotency_key":"key"},"type":"customer.created"})");
}

TEST_CASE("an update tells the old values; what happens by itself has no request") {
  store::Account account(make_account());
  {
    store::Transaction tx(account, {});
    tx.insert({{"id", "cus_1"}, {"object", "customer"}, {"name", "a"}, {"email", "e"}});
    tx.commit();
  }
  store::Transaction tx(account, {});
  const store::Document changed =
      tx.update(tx.find("customer", "cus_1"), [](Json& customer) { customer["name"] = "b"; });
  tx.emit("customer.updated", changed);
  tx.emit("customer.deleted", changed);
  tx.commit();
  const Json updated = *tx.find("event", tx.committed_events().at(0));
  CHECK(updated.at("data").at("previous_attributes") == Json{{"name", "a"}});
  CHECK(updated.at("request") == Json{{"id", nullptr}, {"idempotency_key", nullptr}});
  const Json deleted = *tx.find("event", tx.committed_events().at(1));
  CHECK_FALSE(deleted.at("data").contains("previous_attributes"));
}

TEST_CASE("previous attributes are the old values of what differs") {
  struct Case {
    std::string name;
    std::string before;
    std::string after;
    std::string previous;
  };
  const Case cases[] = {
      {"nothing", R"({"a":1})", R"({"a":1})", "{}"},
      {"a value", R"({"a":1,"b":2})", R"({"a":3,"b":2})", R"({"a":1})"},
      {"from null", R"({"a":null})", R"({"a":1})", R"({"a":null})"},
      {"nested hashes are cut to the changed keys", R"({"s":{"x":"pm_1","y":1}})",
       R"({"s":{"x":"pm_2","y":1}})", R"({"s":{"x":"pm_1"}})"},
      {"an added metadata key shows null", R"({"metadata":{}})", R"({"metadata":{"foo":"1"}})",
       R"({"metadata":{"foo":null}})"},
      {"a removed key shows its value", R"({"metadata":{"foo":"1"}})", R"({"metadata":{}})",
       R"({"metadata":{"foo":"1"}})"},
      {"arrays stand whole", R"({"a":[1,2]})", R"({"a":[1,3]})", R"({"a":[1,2]})"},
      {"a list keeps its unchanged members out", R"({"r":{"data":[],"total_count":0,"url":"/x"}})",
       R"({"r":{"data":[1],"total_count":1,"url":"/x"}})", R"({"r":{"data":[],"total_count":0}})"},
      {"an object that became null appears whole", R"({"o":{"x":1,"y":2}})", R"({"o":null})",
       R"({"o":{"x":1,"y":2}})"},
      {"internal fields do not show", R"({"_i":1,"a":1})", R"({"_i":2,"_j":3,"a":1})", "{}"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(api::previous_attributes(Json::parse(c.before), Json::parse(c.after)) ==
          Json::parse(c.previous));
  }
}

}  // namespace
}  // namespace okapi::events
