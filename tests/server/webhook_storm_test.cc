// Many events, and receivers of every kind at once, over real sockets: who is well gets everything
// once, in order and signed, and the API answers whatever the others do.
#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "events/webhook_signature.h"
#include "server/http.h"
#include "tests/server/raw_client.h"
#include "tests/server/small_server.h"

namespace okapi::server {
namespace {

// Notes what comes, and answers by how often the event came before.
class Receiver {
 public:
  using Answer = std::function<api::Response(int times_before)>;

  explicit Receiver(Answer answer) : answer_(std::move(answer)) {
    HttpOptions options;
    options.port = 0;
    options.workers = 1;
    http_ = std::make_unique<HttpServer>(
        options, [this](const api::Request& request) { return receive(request); });
    http_->start();
  }
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(http_->port()) + "/hook";
  }
  void set_secret(std::string secret) {
    const std::scoped_lock guard(lock_);
    secret_ = std::move(secret);
  }
  // Names of the customers, as they came.
  [[nodiscard]] std::vector<std::string> names() {
    const std::scoped_lock guard(lock_);
    return names_;
  }
  [[nodiscard]] int times(const std::string& name) {
    const std::scoped_lock guard(lock_);
    return by_name_[name];
  }
  [[nodiscard]] bool all_signed() {
    const std::scoped_lock guard(lock_);
    return signed_;
  }

 private:
  api::Response receive(const api::Request& request) {
    const Json event = Json::parse(request.body);
    const std::string_view header = api::header(request.headers, "Stripe-Signature");
    const std::scoped_lock guard(lock_);
    const Seconds at = std::stoll(std::string(header.substr(2)));
    signed_ = signed_ && header == events::signature_header(secret_, request.body, at);
    names_.push_back(text(event.at("data").at("object"), "name"));
    ++by_name_[names_.back()];
    return answer_(times_[text(event, "id")]++);
  }

  Answer answer_;
  std::mutex lock_;
  std::string secret_;
  std::vector<std::string> names_;
  std::map<std::string, int> times_;  // by event
  std::map<std::string, int> by_name_;
  bool signed_ = true;
  std::unique_ptr<HttpServer> http_;
};

api::Response status(int code) {
  api::Response response;
  response.status = code;
  return response;
}

// Takes connections and says nothing, ever.
class Hole {
 public:
  Hole() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(socket_, 128) == 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  Hole(const Hole&) = delete;
  Hole& operator=(const Hole&) = delete;
  ~Hole() { close(); }
  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  int socket_;
  int port_ = 0;
};

std::string endpoint_at(SmallServer& small, const std::string& url) {
  const World& world = small.dispatch->accounts().of_key(small.key);
  store::Transaction tx(small.dispatch->accounts().of_key(small.key).store, {});
  const std::string id = tx.new_id("we_", 27);
  tx.insert({{"id", id},
             {"object", "webhook_endpoint"},
             {"api_version", nullptr},
             {"enabled_events", Json::array({"customer.created"})},
             {"status", "enabled"},
             {"url", url},
             {"_secret", "whsec_" + world.store.id()}});
  tx.commit();
  return id;
}

std::string secret_of(SmallServer& small) {
  return "whsec_" + small.dispatch->accounts().of_key(small.key).store.id();
}

using Microseconds = std::vector<double>;

double median(Microseconds times) {
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::ranges::nth_element(times, middle);
  return *middle;
}

void make_customer(SmallServer& small, int number, Microseconds& took) {
  const auto begin = std::chrono::steady_clock::now();
  const api::Response made = small.send("POST", "/v1/customers", "name=" + std::to_string(number));
  const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - begin;
  REQUIRE(made.status == 200);
  took.push_back(time.count());
}

Json attempts_of(SmallServer& small, const std::string& endpoint) {
  return small.get("/_okapi/webhooks?limit=1000&endpoint=" + endpoint).at("attempts");
}

std::vector<std::string> numbers(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

template <typename Condition>
bool holds_within(std::chrono::seconds time, Condition condition) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

Options storm_options() {
  Options options;
  options.webhook_retries_ms = {1, 1};
  options.webhook_timeout_ms = 100;
  return options;
}

}  // namespace

TEST_CASE("a storm of events over receivers that are well, flaky, closed and hanging") {
  constexpr int count = 10'000;
  Receiver well([](int) { return status(200); });
  Receiver also_well([](int) { return status(204); });
  Receiver flaky([](int before) { return status(before < 2 ? 500 : 200); });
  Hole hangs;
  Hole closed;
  closed.close();
  // So long that even a busy machine's receivers are never late three times.
  Options options = storm_options();
  options.webhook_timeout_ms = 2000;
  SmallServer small(options);
  for (Receiver* one : {&well, &also_well, &flaky}) {
    one->set_secret(secret_of(small));
    endpoint_at(small, one->url());
  }
  const std::string hanging = endpoint_at(small, hangs.url());
  const std::string refusing = endpoint_at(small, closed.url());

  // The API answers every request, whatever becomes of the deliveries, and in no more than twice
  // the time of one without webhooks; both by turns, so that a busy machine slows both.
  SmallServer without_webhooks;
  Microseconds with, without;
  for (int i = 0; i < count; ++i) {
    make_customer(small, i, with);
    make_customer(without_webhooks, i, without);
  }
  MESSAGE("median of a request: ", median(with), " us, without webhooks ", median(without), " us");
  CHECK(median(with) <= 2 * median(without));

  // Whoever answers nothing is tried again as often as anybody. (Read while the storm goes on: an
  // account keeps its last thousand attempts.)
  for (const std::string& endpoint : {refusing, hanging}) {
    CAPTURE(endpoint);
    Json attempts;
    CHECK(holds_within(std::chrono::seconds(30), [&] {
      attempts = attempts_of(small, endpoint);
      return std::ranges::any_of(attempts, [](const Json& one) {
        return one.at("outcome") == "failed" && one.at("attempt") == 3 &&
               one.at("status").is_null() && !text(one, "error").empty();
      });
    }));
  }
  const std::string last = std::to_string(count - 1);
  CHECK(holds_within(std::chrono::seconds(120), [&] {
    return well.times(last) >= 1 && also_well.times(last) >= 1 && flaky.times(last) >= 3;
  }));
  for (Receiver* one : {&well, &also_well}) {
    CHECK((one->names() == numbers(count)));
    CHECK(one->all_signed());
  }
  // Each comes three times, and nothing overtakes it meanwhile.
  std::vector<std::string> thrice;
  for (const std::string& name : numbers(count)) thrice.insert(thrice.end(), 3, name);
  CHECK((flaky.names() == thrice));
  CHECK(flaky.all_signed());
}

TEST_CASE("a redirect is no delivery, and is not followed") {
  Receiver target([](int) { return status(200); });
  Receiver redirects([&](int) {
    api::Response response = status(302);
    response.headers = {{"Location", target.url()}};
    return response;
  });
  SmallServer small(storm_options());
  const std::string endpoint = endpoint_at(small, redirects.url());
  small.create_customer("a");
  CHECK(small.post("/_okapi/webhooks/wait", "timeout=10s").at("failed") == 1);
  CHECK(target.names().empty());
  CHECK(redirects.names().size() == 3);
  CHECK(attempts_of(small, endpoint)[0].at("status") == 302);
}

TEST_CASE("nothing is sent to another machine") {
  SmallServer small(storm_options());
  const std::string endpoint = endpoint_at(small, "http://192.0.2.1:80/hook");
  small.create_customer("a");
  CHECK(small.post("/_okapi/webhooks/wait", "timeout=10s").at("failed") == 1);
  const Json attempt = attempts_of(small, endpoint)[0];
  CHECK(attempt.dump().find("is outside of this machine") != std::string::npos);
}

TEST_CASE("a receiver that resets the connection is tried again, and then has it") {
  Receiver resets([](int before) {
    api::Response response = status(200);
    response.drop = before == 0;
    return response;
  });
  SmallServer small(storm_options());
  const std::string endpoint = endpoint_at(small, resets.url());
  small.create_customer("a");
  small.create_customer("b");
  const Json counts = small.post("/_okapi/webhooks/wait", "timeout=10s");
  CHECK(counts.at("delivered") == 2);
  CHECK(counts.at("pending") == 0);
  CHECK((resets.names() == std::vector<std::string>{"a", "a", "b", "b"}));
  // What is lost on a connection that was used before is sent again at once, as the same attempt:
  // the receiver may have closed it while nobody looked.
  CHECK(attempts_of(small, endpoint).size() == 3);
}

TEST_CASE("a slow receiver holds up nobody else, and nothing is late for the API") {
  Hole hangs;
  Receiver well([](int) { return status(200); });
  Options options = storm_options();
  options.webhook_timeout_ms = 5000;  // so that it still hangs when it is asked about
  SmallServer small(options);
  endpoint_at(small, hangs.url());
  endpoint_at(small, well.url());
  const std::string form = "timeout=1ms";
  small.create_customer("a");
  CHECK(small.post("/_okapi/webhooks/wait", form).at("timed_out") == true);
  CHECK(holds_within(std::chrono::seconds(10), [&] { return well.names().size() == 1; }));
}

}  // namespace okapi::server
