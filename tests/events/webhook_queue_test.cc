// The queue against a sender that keeps everything in hand: order, retries, dead receivers, dials.
#include "events/webhook_queue.h"

#include <doctest/doctest.h>

#include "api/catalogue.h"
#include "events/render.h"
#include "events/webhook_signature.h"

namespace okapi::events {
namespace {

struct Posted {
  WebhookRequest request;
  std::function<void(const WebhookReply&)> done;
};

// Nothing happens by itself: run() makes the calls that are due, answer() answers.
class HandSender final : public WebhookSender {
 public:
  void post(WebhookRequest request, std::function<void(const WebhookReply&)> done) override {
    posted.push_back({std::move(request), std::move(done)});
  }
  void after(std::int64_t milliseconds, std::function<void()> call) override {
    calls.emplace_back(milliseconds, std::move(call));
  }
  void stop() override {}

  void run() {
    while (!calls.empty()) {
      const auto [milliseconds, call] = std::move(calls.front());
      calls.pop_front();
      waited.push_back(milliseconds);
      call();
    }
  }
  // The event id of the oldest request, answered with `status`.
  std::string answer(int status) {
    REQUIRE_FALSE(posted.empty());
    Posted first = std::move(posted.front());
    posted.pop_front();
    const Json event = Json::parse(first.request.body);
    first.done({.status = status, .error = {}, .body = {}, .microseconds = 1});
    return text(event.at("data").at("object"), "name");
  }

  std::deque<Posted> posted;
  std::deque<std::pair<std::int64_t, std::function<void()>>> calls;
  std::vector<std::int64_t> waited;
};

struct World {
  World()
      : account({.id = "acct_1",
                 .schema = &schema,
                 .ids = {.counting = true, .seed = 0},
                 .clock = {.frozen = true, .at = 1'790'000'000},
                 .render_event = [](const std::string& id, const store::EmittedEvent& event,
                                    const store::Origin& origin) {
                   return render_event(id, event, origin, api::api_version());
                 }}) {
    // Retries are due at once, so that no test waits.
    start({.retry_after_ms = {0, 0}, .seed = 1});
  }
  void start(WebhookQueue::Settings settings) {
    auto hands = std::make_unique<HandSender>();
    sender = hands.get();
    queue = std::make_unique<WebhookQueue>(std::move(hands), std::move(settings));
  }
  void add_endpoint(const std::string& id, const std::string& type) {
    store::Transaction tx(account, {});
    tx.insert({{"id", id},
               {"object", "webhook_endpoint"},
               {"api_version", nullptr},
               {"enabled_events", Json::array({type})},
               {"status", "enabled"},
               {"url", "http://127.0.0.1:9/" + id},
               {"_secret", "whsec_test"}});
    tx.commit();
  }
  void add_customer(const std::string& name) {
    store::Transaction tx(account, {});
    tx.emit("customer.created",
            tx.insert({{"id", "cus_" + name}, {"object", "customer"}, {"name", name}}));
    tx.commit();
    queue->notify(account);
    sender->run();
  }

  store::Schema schema;
  store::Account account;
  HandSender* sender = nullptr;
  std::unique_ptr<WebhookQueue> queue;
};

}  // namespace

TEST_CASE("events reach an endpoint one at a time, in their order, from its creation on") {
  World world;
  world.add_customer("early");
  world.add_endpoint("we_1", "*");
  world.add_endpoint("we_2", "invoice.paid");
  for (const char* name : {"a", "b", "c"}) world.add_customer(name);
  REQUIRE(world.sender->posted.size() == 1);
  CHECK(world.sender->answer(200) == "a");
  CHECK(world.sender->answer(204) == "b");
  CHECK(world.queue->wait(world.account, 0).pending == 1);
  CHECK(world.sender->answer(200) == "c");
  world.sender->run();
  CHECK(world.queue->wait(world.account, 0).delivered == 3);
  CHECK(world.sender->posted.empty());
}

TEST_CASE("a delivery that fails holds its line until it is delivered or given up") {
  World world;
  world.add_endpoint("we_1", "*");
  for (const char* name : {"a", "b", "c"}) world.add_customer(name);
  CHECK(world.sender->answer(500) == "a");
  world.sender->run();
  CHECK(world.sender->answer(302) == "a");
  world.sender->run();
  CHECK(world.sender->answer(200) == "a");
  CHECK(world.sender->answer(200) == "b");
  const std::vector<WebhookAttempt> attempts = world.queue->attempts(world.account);
  REQUIRE(attempts.size() == 4);
  CHECK(attempts[1].outcome == "delivered");
  CHECK(attempts[1].attempt == 3);
  CHECK(attempts[2].outcome == "retrying");
}

TEST_CASE("a dead receiver holds up only itself, and each of its events is retried") {
  World world;
  world.add_endpoint("we_dead", "*");
  world.add_endpoint("we_alive", "*");
  for (const char* name : {"a", "b"}) world.add_customer(name);
  int dead = 0;
  int alive = 0;
  while (!world.sender->posted.empty()) {
    const bool is_dead = world.sender->posted.front().request.line.starts_with("we_dead");
    (is_dead ? dead : alive)++;
    world.sender->answer(is_dead ? 0 : 200);
    world.sender->run();
    REQUIRE(dead + alive < 100);
  }
  CHECK(alive == 2);
  CHECK(dead == 6);  // two events, three attempts each
  const WebhookCounts counts = world.queue->wait(world.account, 0);
  CHECK(counts.delivered == 2);
  CHECK(counts.failed == 2);
}

TEST_CASE("after a restore nothing older is delivered") {
  World world;
  world.add_endpoint("we_1", "*");
  world.account.save_snapshot("before");
  world.add_customer("a");
  CHECK(world.sender->answer(200) == "a");
  world.account.restore_snapshot("before");
  world.queue->forget(world.account);
  world.sender->run();
  CHECK(world.sender->posted.empty());
  world.add_customer("b");
  CHECK(world.sender->answer(200) == "b");
}

TEST_CASE("what an earlier run of the program was at goes on, and nothing is delivered again") {
  World world;
  WebhookProgress progress;
  const auto keep = [&](const store::Account&, const WebhookStep& step) {
    WebhookProgress::Line& line = progress.lines[step.line];
    line.cursor = step.cursor;
    std::erase(line.open, step.event);
    if (!step.done) line.open.push_back(step.event);
  };
  const auto live_again = [&] {
    world.start({.retry_after_ms = {0, 0}, .seed = 1, .keep = keep});
    world.queue->resume(world.account, progress);
    world.queue->notify(world.account);
    world.sender->run();
  };
  live_again();
  world.add_endpoint("we_1", "*");
  for (const char* name : {"a", "b", "c"}) world.add_customer(name);
  CHECK(world.sender->answer(200) == "a");
  REQUIRE(world.sender->posted.size() == 1);  // b, without an answer
  live_again();
  CHECK(world.sender->answer(500) == "b");
  live_again();
  CHECK(world.sender->answer(200) == "b");
  CHECK(world.sender->answer(200) == "c");
  live_again();
  CHECK(world.sender->posted.empty());
  world.add_customer("d");
  CHECK(world.sender->answer(200) == "d");
}

TEST_CASE("nobody hears of what is not on disk yet") {
  World world;
  bool kept = false;
  world.start({.retry_after_ms = {}, .seed = 1, .is_kept = [&] { return kept; }});
  world.add_endpoint("we_1", "*");
  {
    store::Transaction tx(world.account, {});
    tx.emit("customer.created",
            tx.insert({{"id", "cus_a"}, {"object", "customer"}, {"name", "a"}}));
    tx.commit();
  }
  world.queue->notify(world.account);
  REQUIRE(world.sender->calls.size() == 1);
  const auto look = [&] {
    const auto call = std::move(world.sender->calls.front().second);
    world.sender->calls.pop_front();
    call();
  };
  look();
  CHECK(world.sender->posted.empty());
  CHECK_FALSE(world.queue->wait(world.account, 0).settled);
  kept = true;
  look();  // it asks again by itself
  CHECK(world.sender->answer(200) == "a");
}

TEST_CASE("dials: dropped deliveries are recorded, duplicates come twice") {
  World world;
  world.add_endpoint("we_1", "*");
  world.queue->set_dials(world.account, {.drop_percent = 100});
  world.add_customer("a");
  CHECK(world.sender->posted.empty());
  CHECK(world.queue->attempts(world.account).front().outcome == "dropped");
  world.queue->set_dials(world.account, {.duplicate_percent = 100});
  world.add_customer("b");
  CHECK(world.sender->answer(200) == "b");
  CHECK(world.sender->answer(200) == "b");
  CHECK(world.sender->posted.empty());
}

TEST_CASE("an event can be sent once more") {
  World world;
  world.add_endpoint("we_1", "*");
  world.add_customer("a");
  const std::string event = text(Json::parse(world.sender->posted.front().request.body), "id");
  CHECK(world.sender->answer(200) == "a");
  CHECK(world.queue->resend(world.account, event, "we_1"));
  CHECK_FALSE(world.queue->resend(world.account, event, "we_other"));
  world.sender->run();
  CHECK(world.sender->answer(200) == "a");
}

// Computed with: printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac whsec_secret
TEST_CASE("the signature is an HMAC of time and body under the whole secret") {
  const std::string header = signature_header("whsec_secret", "{\"a\":1}", 1'700'000'000);
  CHECK(header.starts_with(
      "t=1700000000,v1=94d16e1619634d17316fbd1ec4703d0969ff5871235e5d41f28a0cd9bcf6da7c,v0="));
}

TEST_CASE("a listener gets everything on its own line, and nothing is tried again") {
  World world;
  WebhookEndpoint line;
  line.id = "wsid_1";
  line.enabled_events = {"*"};
  line.listens = true;
  world.queue->add_listener(world.account, {line});
  world.sender->run();
  world.add_customer("a");
  world.add_customer("b");
  REQUIRE(world.sender->posted.size() == 1);
  CHECK(world.sender->posted.front().request.listener->id == "wsid_1");
  CHECK(world.sender->answer(0) == "a");
  CHECK(world.sender->answer(200) == "b");
  world.sender->run();
  CHECK(world.sender->posted.empty());
  CHECK(world.queue->attempts(world.account).empty());
  world.queue->remove_listener(world.account, "wsid_1");
  world.sender->run();
  world.add_customer("c");
  CHECK(world.sender->posted.empty());
}

TEST_CASE("of attempts only the newest are kept") {
  World world;
  constexpr std::size_t more = 10;
  for (std::size_t i = 0; i < WebhookQueue::attempts_kept + more; ++i) {
    WebhookAttempt attempt;
    attempt.event = "evt_" + std::to_string(i);
    world.queue->add_attempt(world.account, std::move(attempt));
  }
  const std::vector<WebhookAttempt> attempts = world.queue->attempts(world.account);
  REQUIRE(attempts.size() == WebhookQueue::attempts_kept);
  CHECK(attempts.front().event == "evt_" + std::to_string(attempts.size() + more - 1));
  CHECK(attempts.back().event == "evt_" + std::to_string(more));
}

TEST_CASE("thin destinations get the twins of events, and a ping only its own") {
  World world;
  store::Transaction tx(world.account, {});
  for (const char* id : {"ed_1", "ed_2"}) {
    tx.insert(
        {{"id", id},
         {"object", "v2.core.event_destination"},
         {"enabled_events", Json::array({"v1.customer.created"})},
         {"event_payload", "thin"},
         {"status", "enabled"},
         {"_webhook_endpoint", {{"signing_secret", "whsec_1"}, {"url", "http://127.0.0.1:9/"}}}});
  }
  tx.commit();
  world.add_customer("a");
  REQUIRE(world.sender->posted.size() == 2);
  const Json thin = Json::parse(world.sender->posted.front().request.body);
  CHECK(thin.at("type") == "v1.customer.created");
  CHECK(thin.at("related_object").at("id") == "cus_a");
  CHECK_FALSE(thin.contains("data"));
  world.sender->posted.clear();

  store::Transaction ping(world.account, {});
  ping.insert({{"id", "evt_test_1"},
               {"object", "v2.core.event"},
               {"related_object", {{"id", "ed_2"}}},
               {"type", "v2.core.event_destination.ping"}});
  ping.commit();
  world.queue->notify(world.account);
  world.sender->run();
  REQUIRE(world.sender->posted.size() == 1);
  CHECK(world.sender->posted.front().request.line.starts_with("ed_2"));
}

}  // namespace okapi::events
