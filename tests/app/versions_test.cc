// Events and webhooks in the version of the account and of the endpoint (api-conventions 11).
#include <string>

#include <doctest/doctest.h>

#include "api/catalogue.h"
#include "app.h"
#include "events/webhook_endpoint.h"
#include "server/accounts.h"
#include "store/committed.h"
#include "tests/transcript/world.h"

namespace okapi {
namespace {

constexpr std::string_view old_version = "2024-06-20";

server::Options options_of(std::string_view default_version) {
  server::Options options = transcript::quiet_options();
  options.default_version = default_version;
  return options;
}

class Client {
 public:
  explicit Client(std::string_view default_version = {})
      : dispatch_(registry(), api::Settings{}, options_of(default_version)) {
    dispatch_.set_ready(true);
  }

  Json send(const std::string& method, const std::string& path, const std::string& form = {},
            std::string_view version = {}, std::string_view key = {}) {
    api::Request request = {.method = method,
                            .target = path,
                            .body = form,
                            .headers = {{"Authorization", "Bearer sk_test_versions"}},
                            .remote = "test"};
    if (!version.empty()) request.headers.emplace_back("Stripe-Version", version);
    if (!key.empty()) request.headers.emplace_back("Idempotency-Key", key);
    return parse_stored(dispatch_.handle(request).body);
  }
  std::string made(const std::string& path, const std::string& form) {
    return text(send("POST", path, form), "id");
  }

  // A subscription that is paid, and its quantity changed.
  void tell_story() {
    customer_ =
        made("/v1/customers",
             "payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa");
    const std::string price =
        made("/v1/prices",
             "currency=usd&unit_amount=2500&recurring[interval]=month&product_data[name]=Plan");
    subscription_ = send("POST", "/v1/subscriptions",
                         "customer=" + customer_ + "&items[0][price]=" + price, api::api_version());
    const std::string item = text(subscription_.at("items").at("data").at(0), "id");
    send("POST", "/v1/subscriptions/" + text(subscription_, "id"),
         "items[0][id]=" + item + "&items[0][quantity]=2&cancel_at_period_end=true");
  }

  // Open for a while, then paid.
  void pay_an_invoice() {
    made("/v1/invoiceitems", "amount=700&currency=usd&customer=" + customer_);
    const std::string invoice =
        made("/v1/invoices", "pending_invoice_items_behavior=include&customer=" + customer_);
    made("/v1/invoices/" + invoice + "/finalize", "auto_advance=false");
    made("/v1/invoices/" + invoice + "/pay", "");
  }

  Json event(const std::string& type, std::string_view version = {}) {
    return send("GET", "/v1/events?type=" + type, {}, version).at("data").at(0);
  }

  // What the endpoint of this version receives.
  Json delivered(const std::string& type, std::string_view version) {
    const auto state = dispatch_.accounts().of_key("sk_test_versions").store.committed();
    const store::Document document =
        store::find_committed(*state, "event", text(event(type), "id"));
    events::WebhookEndpoint endpoint;
    endpoint.api_version = version;
    return parse_stored(events::delivery_body(document, endpoint, 1, state));
  }

 private:
  server::Dispatch dispatch_;
  std::string customer_;
  Json subscription_;
};

void check_old_invoice(const Json& event) {
  const Json& invoice = event.at("data").at("object");
  CHECK(invoice.at("paid") == true);
  CHECK(invoice.at("payment_intent").is_string());
  CHECK(invoice.at("charge").is_string());
  CHECK(invoice.at("subscription").is_string());
  CHECK(text(invoice.at("lines").at("data").at(0).at("price"), "object") == "price");
  CHECK_FALSE(invoice.contains("parent"));
}

}  // namespace

TEST_CASE("an event is rendered in the account's version, whatever its reader's") {
  Client client(old_version);
  client.tell_story();
  for (const std::string_view version : {std::string_view(), old_version, api::api_version()}) {
    const Json event = client.event("invoice.paid", version);
    CHECK(text(event, "api_version") == old_version);
    check_old_invoice(event);
  }
  const Json alone = client.send("GET", "/v1/events/" + text(client.event("invoice.paid"), "id"),
                                 {}, api::api_version());
  check_old_invoice(alone);
}

TEST_CASE("an event of an account in the newest version stays in it for an older reader") {
  Client client;
  client.tell_story();
  const Json event = client.event("invoice.paid", old_version);
  CHECK(text(event, "api_version") == api::api_version());
  CHECK(event.at("data").at("object").contains("parent"));
  CHECK_FALSE(event.at("data").at("object").contains("paid"));
}

TEST_CASE("a webhook comes in its endpoint's version, else in the account's") {
  Client newest;
  newest.tell_story();
  check_old_invoice(newest.delivered("invoice.paid", old_version));
  CHECK(text(newest.delivered("invoice.paid", old_version), "api_version") == old_version);
  const Json as_made = newest.delivered("invoice.paid", "");
  CHECK(text(as_made, "api_version") == api::api_version());
  CHECK(as_made.at("data").at("object").contains("parent"));
  CHECK(as_made.at("pending_webhooks") == 1);

  Client old(old_version);
  old.tell_story();
  check_old_invoice(old.delivered("invoice.paid", ""));
  const Json ahead = old.delivered("invoice.paid", api::api_version());
  CHECK(text(ahead, "api_version") == api::api_version());
  CHECK(ahead.at("data").at("object").contains("parent"));
}

TEST_CASE("previous_attributes tell what changed in the version of the event") {
  Client client;
  client.tell_story();
  const auto previous = [&](const std::string& type, std::string_view version) {
    return client.delivered(type, version).at("data").at("previous_attributes");
  };
  const Json newest = previous("customer.subscription.updated", "");
  CHECK(newest.at("cancel_at_period_end") == false);
  CHECK(newest.at("items").at("data").at(0).contains("current_period_end"));
  const Json old = previous("customer.subscription.updated", old_version);
  CHECK(old.at("cancel_at_period_end") == false);
  CHECK(old.at("quantity") == 1);
  CHECK_FALSE(old.at("items").at("data").at(0).contains("current_period_end"));
  CHECK_FALSE(old.contains("current_period_end"));  // it did not change
  client.pay_an_invoice();
  // The status became another word; before basil that was two fields.
  const Json paid = previous("invoice.updated", old_version);
  CHECK(paid.at("status") == "open");
  CHECK(paid.at("paid") == false);
}

TEST_CASE("a request that names no version is served in the account's") {
  Client client(old_version);
  client.tell_story();
  const Json invoice = client.send("GET", "/v1/invoices?limit=1").at("data").at(0);
  CHECK(invoice.at("paid") == true);
  const Json newest =
      client.send("GET", "/v1/invoices?limit=1", {}, api::api_version()).at("data").at(0);
  CHECK_FALSE(newest.contains("paid"));
}

TEST_CASE("a request sent again is answered in the version of the first answer") {
  Client client;
  const std::string form = "name=Plan&features[0][name]=fast";
  const Json first = client.send("POST", "/v1/products", form, "2023-10-16", "once");
  CHECK(first.contains("features"));
  CHECK(client.send("POST", "/v1/products", form, "2023-10-16", "once") == first);
  CHECK_FALSE(client.send("GET", "/v1/products").at("data").at(0).contains("features"));
}

}  // namespace okapi
