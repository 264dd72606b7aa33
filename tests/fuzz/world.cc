#include "tests/fuzz/world.h"

#include "api/catalogue.h"
#include "app.h"
#include "cli/placeholders.h"
#include "server/accounts.h"
#include "server/snapshot_file.h"
#include "tests/fuzz/law.h"
#include "tests/transcript/shape.h"
#include "tests/transcript/world.h"

namespace okapi::fuzz {
namespace {

constexpr const char* key = "sk_test_fuzz";
constexpr std::size_t most_worlds = 20;  // before everything is made again

// 501: not implemented by okapi. 505: the client speaks another HTTP.
bool is_allowed(int status) { return status < 500 || status == 501 || status == 505; }

}  // namespace

server::Options World::usual_options() { return transcript::quiet_options(); }

World::World(server::Options options) : options_(std::move(options)) { renew(); }

World::~World() = default;

void World::renew() {
  // Stripe's limits on test clocks: without them one request may ask for 8,000 years of renewals.
  dispatch_ = std::make_unique<server::Dispatch>(registry(), api::Settings{.strict_clocks = true},
                                                 options_);
  dispatch_->set_ready(true);
  ids_.clear();
  fill();
  const Json list = Json::parse(dispatch_->handle(make_request("GET", "/v1/charges")).body);
  ids_["account"] = dispatch_->accounts().of_key(key).store.id();
  ids_["charge"] = text(list.at("data").at(0), "id");
  before_ = dispatch_->accounts().of_key(key).store.committed();
}

void World::fill() {
  const std::string clock = add("/v1/test_helpers/test_clocks", "frozen_time=1767225600");
  const std::string product =
      add("/v1/products", "name=Tokens&description=What a model reads&metadata[plan]=pro");
  const std::string on_clock =
      add("/v1/customers", "name=Ada&email=ada@example.com&test_clock=" + clock);
  const std::string meter = add("/v1/billing/meters",
                                "display_name=Tokens&event_name=tokens"
                                "&default_aggregation[formula]=sum");
  const std::string metered = add("/v1/prices",
                                  "currency=usd&recurring[interval]=month&billing_scheme=tiered"
                                  "&tiers_mode=graduated&tiers[0][up_to]=1000"
                                  "&tiers[0][unit_amount]=0&tiers[1][up_to]=inf"
                                  "&tiers[1][unit_amount_decimal]=0.1&recurring[usage_type]=metered"
                                  "&recurring[meter]=" +
                                      meter + "&product=" + product);
  const std::string price =
      add("/v1/prices",
          "currency=usd&unit_amount=1000&recurring[interval]=month&lookup_key=flat"
          "&product=" +
              product);
  const std::string coupon = add("/v1/coupons", "percent_off=10&duration=forever&id=ten");
  add("/v1/promotion_codes", "promotion[type]=coupon&promotion[coupon]=" + coupon);
  add("/v1/tax_rates", "display_name=VAT&percentage=19&inclusive=false");
  add("/v1/subscriptions",
      "payment_behavior=default_incomplete&items[0][price]=" + price + "&customer=" + on_clock);
  const std::string customer =
      add("/v1/customers", "name=Jenny Rosen&email=jenny@example.com&balance=-500");
  const std::string card = add("/v1/payment_methods", "type=card&card[token]=tok_visa");
  add("/v1/payment_methods/" + card + "/attach", "customer=" + customer);
  add("/v1/customers/" + customer, "invoice_settings[default_payment_method]=" + card);
  add("/v1/subscriptions", "items[0][price]=" + price + "&items[1][price]=" + metered +
                               "&discounts[0][coupon]=ten&customer=" + customer);
  add("/v1/billing/meter_events",
      "event_name=tokens&payload[value]=2500&payload[stripe_customer_id]=" + customer);
  add("/v1/billing/credit_grants",
      "category=paid&amount[type]=monetary&amount[monetary][value]=1000"
      "&amount[monetary][currency]=usd&applicability_config[scope][price_type]=metered&customer=" +
          customer);
  add("/v1/invoiceitems", "currency=usd&amount=700&customer=" + customer);
  add("/v1/invoices", "customer=" + customer);
  const std::string invoice =
      add("/v1/invoices", "pending_invoice_items_behavior=exclude&customer=" + customer);
  add("/v1/invoices/" + invoice + "/finalize", "");
  add("/v1/payment_intents",
      "amount=1500&currency=usd&confirm=true&return_url=https://example.com/"
      "&payment_method=" +
          card + "&customer=" + customer);
  add("/v1/payment_links", "line_items[0][quantity]=1&line_items[0][price]=" + price);
  add("/v1/billing_portal/sessions", "customer=" + customer);
  add("/v1/payment_intents", "amount=2000&currency=usd&customer=" + customer);
  add("/v1/checkout/sessions",
      "mode=subscription&success_url=https://example.com/&line_items[0][quantity]=1"
      "&line_items[0][price]=" +
          price);
  add("/v1/quotes", "customer=" + customer + "&line_items[0][price]=" + price);
  const std::string endpoint =
      add("/v1/webhook_endpoints", "url=http://127.0.0.1:9/&enabled_events[]=*");
  add("/v1/webhook_endpoints/" + endpoint, "disabled=true");
}

std::string World::add(std::string path, std::string body) {
  const std::string what = path + " " + body;
  const api::Response response =
      dispatch_->handle(make_request("POST", std::move(path), std::move(body)));
  expect(response.status == 200, "the world cannot be made: " + what + "\n" + response.body);
  const Json made = Json::parse(response.body);
  const std::string id = maybe_text(made, "id").value_or("");
  const std::string kind = text(made, "object");
  ids_[kind] = id;
  for (const char* field : {"url", "hosted_invoice_url", "invoice_pdf", "pdf"}) {
    const std::string page = maybe_text(made, field).value_or("");
    const std::string& base = options_.base_url;
    if (page.starts_with(base)) ids_[kind + ".page"] = page.substr(base.size());
  }
  return id;
}

std::string World::id_of(std::string_view kind) const {
  auto found = ids_.find(kind);
  if (found == ids_.end()) {
    // As documentation and transcripts call them: CUSTOMER_ID.
    const auto named = cli::kind_of_placeholder(kind);
    if (named) found = ids_.find(named->object);
  }
  return found == ids_.end() ? std::string() : found->second;
}

std::string World::filled(std::string_view text) const {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find("{{");
    out += text.substr(0, open);
    if (open == text.npos) break;
    text.remove_prefix(open);
    const std::size_t close = text.find("}}");
    const std::string id = close == text.npos ? std::string() : id_of(text.substr(2, close - 2));
    out += id.empty() ? std::string(text.substr(0, 2)) : id;
    text.remove_prefix(id.empty() ? 2 : close + 2);
  }
  return out;
}

api::Response World::send(const api::Request& request) {
  const api::Response response = dispatch_->handle(request);
  check(request, response);
  restore();
  return response;
}

void World::check(const api::Request& request, const api::Response& response) const {
  const std::string said = request.method + " " + request.target + "\n" + request.body + "\n" +
                           std::to_string(response.status) + " " + response.body;
  expect(is_allowed(response.status), "a failure of the server's own: " + said);
  if (response.content_type != "application/json" || response.body.empty()) return;
  expect(Json::accept(response.body), "an answer that is no JSON: " + said);
  if (response.status < 400) return;
  const bool same = dispatch_->accounts().of_key(key).store.committed() == before_;
  // A declined payment is kept, as at Stripe.
  expect(same || response.status == 402, "a refusal that changes something: " + said);
  const bool v2 = request.path().starts_with("/v2/");
  const std::vector<std::string> faults = transcript::error_faults(Json::parse(response.body), v2);
  expect(faults.empty(), (faults.empty() ? "" : faults.front()) + " in " + said);
}

void World::restore() {
  server::Accounts& accounts = dispatch_->accounts();
  const std::vector<server::World*> worlds = accounts.all();
  if (worlds.size() > most_worlds) return renew();
  server::World& ours = accounts.of_key(key);
  for (server::World* world : worlds) {
    if (world != &ours) accounts.reset(*world);
  }
  server::replace(ours, {.name = ours.name, .state = before_});
}

api::Request make_request(std::string method, std::string target, std::string body) {
  api::Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.body = std::move(body);
  request.remote = "127.0.0.1";
  request.headers = {{"Host", "127.0.0.1"},
                     {"Authorization", std::string("Bearer ") + key},
                     {"Content-Type", "application/x-www-form-urlencoded"}};
  return request;
}

}  // namespace okapi::fuzz
