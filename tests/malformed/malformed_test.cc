// 10,000 malformed requests of a seeded generator, once straight into dispatch and once over a real
// socket: never a 5xx but "not implemented", always Stripe's error shape, nothing changed by what
// was refused, and the server still answers. OKAPI_SEED repeats a run, OKAPI_REQUESTS shortens it.
#include <cstdlib>
#include <map>
#include <string>

#include <doctest/doctest.h>

#include "api/error.h"
#include "api/storage.h"
#include "app.h"
#include "server/accounts.h"
#include "server/dispatch.h"
#include "server/http.h"
#include "tests/malformed/generator.h"
#include "tests/malformed/wire.h"
#include "tests/transcript/shape.h"
#include "tests/transcript/world.h"

namespace okapi::malformed {
namespace {

constexpr const char* key = "sk_test_malformed";

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::uint64_t seed() { return number_from("OKAPI_SEED", 20'261'028); }
std::uint64_t how_many() { return number_from("OKAPI_REQUESTS", 10'000); }

api::Request plain(std::string method, std::string target, std::string body = "") {
  api::Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.body = std::move(body);
  request.remote = "127.0.0.1";
  request.headers = {{"Authorization", std::string("Bearer ") + key},
                     {"Content-Type", "application/x-www-form-urlencoded"}};
  return request;
}

std::vector<api::Operation> known_operations() {
  std::vector<api::Operation> known;
  for (std::uint32_t i = 0; i < api::operation_count(); ++i) {
    const api::Operation operation(i);
    const api::Coverage coverage = api::coverage(registry(), operation);
    if (coverage == api::Coverage::missing) continue;
    known.push_back(operation);
    // Behaviour has more to break than plain storage.
    if (coverage == api::Coverage::behaviour) known.insert(known.end(), 3, operation);
  }
  return known;
}

// An okapi with something in it that the damage can hit.
class Target {
 public:
  Target() : dispatch_(registry(), api::Settings{}, transcript::quiet_options()) {
    dispatch_.set_ready(true);
    const std::string product = add("product", "/v1/products", "name=Tokens");
    const std::string customer =
        add("customer", "/v1/customers", "name=Jenny&email=jenny@example.com");
    const std::string meter = add("billing.meter", "/v1/billing/meters",
                                  "display_name=Tokens&event_name=tokens"
                                  "&default_aggregation[formula]=sum");
    const std::string price =
        add("price", "/v1/prices",
            "currency=usd&unit_amount=100&recurring[interval]=month&product=" + product);
    add("price", "/v1/prices",
        "currency=usd&unit_amount_decimal=0.1&recurring[interval]=month&recurring[usage_type]="
        "metered"
        "&recurring[meter]=" +
            meter + "&product=" + product);
    add("invoice", "/v1/invoices", "customer=" + customer);
    add("subscription", "/v1/subscriptions",
        "collection_method=send_invoice&days_until_due=3&items[0][price]=" + price +
            "&customer=" + customer);
    add("test_helpers.test_clock", "/v1/test_helpers/test_clocks", "frozen_time=1767225600");
    add("billing.credit_grant", "/v1/billing/credit_grants",
        "category=paid&amount[type]=monetary&amount[monetary][value]=1000"
        "&amount[monetary][currency]=usd&applicability_config[scope][price_type]=metered&"
        "customer=" +
            customer);
    ids_["customer.nope"] = {"cus_nope"};
    const api::Request made = plain("POST", "/v1/products", "id=witness&name=Witness");
    REQUIRE(dispatch_.handle(made).status == 200);
    witness_ = plain("GET", "/v1/products/witness");
    witness_body_ = dispatch_.handle(witness_).body;
  }

  [[nodiscard]] const Ids& ids() const { return ids_; }
  [[nodiscard]] api::Response handle(const api::Request& request) {
    return dispatch_.handle(request);
  }
  // The committed state: another object after every change.
  [[nodiscard]] std::shared_ptr<const store::State> state() {
    return dispatch_.accounts().of_key(key).store.committed();
  }
  // A request whose answer must stay what it was at the start: nobody else knows this product's id.
  [[nodiscard]] const api::Request& witness() const { return witness_; }
  [[nodiscard]] const std::string& witness_body() const { return witness_body_; }

 private:
  std::string add(const std::string& kind, std::string path, std::string body) {
    const api::Response response =
        dispatch_.handle(plain("POST", std::move(path), std::move(body)));
    CAPTURE(response.body);
    REQUIRE(response.status == 200);
    const Json made = Json::parse(response.body);
    CHECK(text(made, "object") == kind);
    ids_[kind].push_back(text(made, "id"));
    return ids_[kind].back();
  }

  server::Dispatch dispatch_;
  Ids ids_;
  api::Request witness_;
  std::string witness_body_;
};

// 501: not implemented by okapi. 505: the client speaks another HTTP.
bool is_allowed(int status) { return status < 500 || status == 501 || status == 505; }

struct Tally {
  std::map<int, int> statuses;
  void count(int status) { ++statuses[status]; }
  [[nodiscard]] int refused() const {
    int count = 0;
    for (const auto& [status, times] : statuses) count += status >= 400 ? times : 0;
    return count;
  }
  [[nodiscard]] std::string text() const {
    std::string out = "seed " + std::to_string(seed()) + ":";
    for (const auto& [status, times] : statuses) {
      out += " " + std::to_string(status) + " x " + std::to_string(times);
    }
    return out;
  }
};

api::Response refusal(int status, const std::string& reason) {
  api::ApiError error = api::invalid_request(reason.empty() ? "refused" : reason);
  error.status = status;
  api::Response response;
  response.status = status;
  response.body = to_pretty(api::error_body(error, "req_1", ""));
  return response;
}

TEST_CASE("malformed requests into dispatch are refused and change nothing") {
  Target target;
  Generator generator(seed(), target.ids(), known_operations());
  Tally tally;
  for (std::uint64_t i = 0; i < how_many(); ++i) {
    const Made made = generator.next();
    const auto before = target.state();
    const api::Response response = target.handle(made.request);
    tally.count(response.status);
    INFO("seed " << seed() << ", request " << i << ": " << made.what << "\n"
                 << made.request.method << " " << made.request.target.substr(0, 300) << "\n"
                 << made.request.body.substr(0, 300) << "\n"
                 << response.status << " " << response.body.substr(0, 500));
    REQUIRE(is_allowed(response.status));
    if (response.status < 400) continue;
    // A declined payment is kept, as at Stripe.
    if (response.status != 402) REQUIRE(target.state() == before);
    REQUIRE(Json::accept(response.body));
    const bool v2 = made.request.path().starts_with("/v2/");
    const std::vector<std::string> faults =
        transcript::error_faults(Json::parse(response.body), v2);
    CAPTURE(faults.empty() ? std::string() : faults.front());
    REQUIRE(faults.empty());
  }
  CHECK(target.handle(target.witness()).body == target.witness_body());
  MESSAGE(tally.text());
  // Were most of them valid, this would test nothing.
  CHECK(tally.refused() > static_cast<int>(how_many() / 2));
}

TEST_CASE("malformed bytes on a socket are refused and hurt nobody") {
  Target target;
  server::HttpOptions options;
  options.port = 0;
  options.workers = 2;
  options.refuse = refusal;
  server::HttpServer server(std::move(options),
                            [&](const api::Request& request) { return target.handle(request); });
  server.start();
  const auto witness = [&] {
    std::string bytes = "GET " + target.witness().target + " HTTP/1.1\r\nHost: x\r\n";
    bytes += std::string("Authorization: Bearer ") + key + "\r\nConnection: close\r\n\r\n";
    return exchange(server.port(), bytes);
  };
  Generator generator(seed() + 1, target.ids(), known_operations());
  Tally tally;
  for (std::uint64_t i = 0; i < how_many(); ++i) {
    Made made = generator.next();
    const std::string bytes = to_wire(made.request, generator.random(), made.what);
    const WireAnswer answer = exchange(server.port(), bytes);
    tally.count(answer.status);
    INFO("seed " << seed() << ", request " << i << ": " << made.what << "\n"
                 << bytes.substr(0, 400) << "\n"
                 << answer.head << "\n"
                 << answer.body.substr(0, 500));
    REQUIRE(!answer.timed_out);
    REQUIRE(is_allowed(answer.status));
    const bool has_body = made.request.method != "HEAD" && answer.status >= 400;
    if (has_body) REQUIRE(Json::accept(answer.body));
    if (i % 500 == 0) REQUIRE(witness().body == target.witness_body());
  }
  CHECK(witness().body == target.witness_body());
  server.stop();
  MESSAGE(tally.text());
  CHECK(tally.refused() > static_cast<int>(how_many() / 2));
}

}  // namespace
}  // namespace okapi::malformed
