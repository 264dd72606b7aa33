#include "tests/laws/history.h"

#include <sstream>

#include "app.h"
#include "base/text.h"
#include "server/accounts.h"
#include "server/snapshot_file.h"
#include "store/snapshot.h"
#include "tests/transcript/world.h"

namespace okapi::laws {
namespace {

constexpr const char* key = "sk_test_okapi";
constexpr const char* snapshot = "law";

std::string as_curl(const std::string& method, const std::string& target, const std::string& body) {
  std::string line = "$ curl ";
  if (method == "DELETE") line += "-X DELETE ";
  if (method == "POST" && body.empty()) line += "-X POST ";
  line += concat("\"", target, "\"");
  std::istringstream pairs(body);
  for (std::string pair; std::getline(pairs, pair, '&');) line += concat(" -d \"", pair, "\"");
  return line;
}

}  // namespace

const History::Step History::steps[] = {
    &History::subscribe,       &History::subscribe,       &History::change_items,
    &History::change_items,    &History::change_items,    &History::add_or_remove_item,
    &History::cancel,          &History::change_terms,    &History::report_usage,
    &History::report_usage,    &History::report_usage,    &History::advance,
    &History::advance,         &History::advance,         &History::advance,
    &History::invoice_by_hand, &History::act_on_invoice,  &History::act_on_invoice,
    &History::act_on_invoice,  &History::credit_note,     &History::refund,
    &History::adjust_balance,  &History::grant_credits,   &History::change_card,
    &History::pause_or_resume, &History::pay_once,        &History::delete_something,
    &History::schedule,        &History::change_schedule, &History::quote,
    &History::revise,          &History::confirm_intent,
};

History::History(std::uint64_t seed) {
  api::Settings settings;
  // Every other one tells the months that go like others (engine/months.h) instead of playing them.
  if (seed % 2 == 0) settings.told_from = 1;
  dispatch_ =
      std::make_unique<server::Dispatch>(registry(), settings, transcript::quiet_options());
  dispatch_->set_ready(true);
  account_ = &dispatch_->accounts().of_key(key).store;
  memory_.random = malformed::Random(seed);
  memory_.now = transcript::frozen_now;
  set_the_stage();
}

Json History::send(const std::string& method, const std::string& target, const std::string& body) {
  api::Request request;
  request.method = method;
  request.target = target;
  request.body = body;
  request.remote = "127.0.0.1";
  request.headers = {{"Authorization", concat("Bearer ", key)},
                     {"Content-Type", "application/x-www-form-urlencoded"}};
  const auto before = account_->committed();
  const api::Response response = dispatch_->handle(request);
  const std::string line = as_curl(method, target, body);
  transcript_ += concat(line, "\n< ", std::to_string(response.status), "\n\n");
  ++answers_[response.status];
  if (response.status >= 500 && response.status != 501) {
    faults_.push_back(concat("answered ", std::to_string(response.status), ": ", line));
  }
  // Stripe: a declined payment (402) is refused and kept.
  const bool refused = response.status >= 400 && response.status != 402;
  if (refused && account_->committed() != before) {
    faults_.push_back(concat("a refusal changed something: ", line));
  }
  Json answer = Json::parse(response.body, nullptr, false);
  return response.status == 200 && answer.is_object() ? answer : Json::object();
}

std::string History::remember(const std::string& kind, const Json& answer) {
  if (!answer.contains("id")) return "none";
  memory_.ids[kind].push_back(text(answer, "id"));
  return text(answer, "id");
}

std::string History::any(const std::string& kind) {
  const std::vector<std::string>& known = memory_.ids[kind];
  return known.empty() ? "none" : memory_.random.pick(known);
}

void History::step() { (this->*steps[memory_.random.below(std::size(steps))])(); }

std::string History::bytes() const {
  std::ostringstream out;
  const store::NamedState state{.name = "law", .state = account_->committed()};
  store::write_snapshot(out, {&state, 1}, "law");
  std::string text = std::move(out).str();
  // Requests are counted by the server, beside the state.
  constexpr std::string_view mark = "\"req_";
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    text.erase(at, text.find('"', at + 1) - at);
  }
  return text;
}

void History::save() {
  account_->save_snapshot(snapshot);
  memory_.usage = usage_;
  saved_ = memory_;
}

void History::restore() {
  account_->restore_snapshot(snapshot);
  memory_ = saved_;
  usage_ = memory_.usage;
}

// --- the stage

void History::set_the_stage() {
  const std::string product = remember("product", post("/v1/products", "name=Tokens"));
  const std::string meter = remember("meter", post("/v1/billing/meters",
                                                   "display_name=Tokens&event_name=tokens"
                                                   "&default_aggregation[formula]=sum"));
  const std::string common = concat("product=", product, "&currency=usd&recurring[interval]=");
  for (const char* price : {"month&unit_amount=1000", "month&unit_amount=2500",
                            "month&unit_amount_decimal=333.3", "year&unit_amount=25000",
                            "month&billing_scheme=tiered&tiers_mode=volume&tiers[0][up_to]=3"
                            "&tiers[0][unit_amount]=700&tiers[1][up_to]=inf"
                            "&tiers[1][unit_amount]=500"}) {
    remember("licensed", post("/v1/prices", common + price));
  }
  const std::string metered =
      concat("month&recurring[usage_type]=metered&recurring[meter]=", meter);
  for (const char* scheme :
       {"&unit_amount_decimal=0.7",
        "&unit_amount=10&transform_quantity[divide_by]=100"
        "&transform_quantity[round]=up",
        "&billing_scheme=tiered&tiers_mode=graduated&tiers[0][up_to]=100"
        "&tiers[0][unit_amount_decimal]=0&tiers[1][up_to]=inf&tiers[1][unit_amount_decimal]=1.5"}) {
    remember("metered", post("/v1/prices", common + metered + scheme));
  }
  remember("coupon", post("/v1/coupons", "percent_off=12.5&duration=forever"));
  remember("coupon", post("/v1/coupons", "amount_off=300&currency=usd&duration=once"));
  remember("coupon", post("/v1/coupons", "amount_off=250&currency=usd&duration=forever"));
  remember("coupon", post("/v1/coupons", "percent_off=50&duration=repeating&duration_in_months=2"));
  remember("tax", post("/v1/tax_rates", "display_name=A&percentage=7.95&inclusive=false"));
  remember("tax", post("/v1/tax_rates", "display_name=B&percentage=19&inclusive=true"));
  remember("clock", post("/v1/test_helpers/test_clocks",
                         concat("frozen_time=", std::to_string(memory_.now))));
  for (int i = 0; i < 2; ++i) add_customer();
}

void History::add_customer() {
  const std::string card = one_of("pm_card_visa", "pm_card_visa", "pm_card_chargeCustomerFail",
                                  "pm_card_authenticationRequired");
  remember("customer", post("/v1/customers",
                            concat("name=Ada&test_clock=", any("clock"), "&payment_method=", card,
                                   "&invoice_settings[default_payment_method]=", card)));
}

// --- steps

void History::subscribe() {
  std::string body = concat("customer=", any("customer"), "&items[0][price]=", any("licensed"),
                            "&items[0][quantity]=", std::to_string(1 + memory_.random.below(5)));
  if (once_in(2)) body += concat("&items[1][price]=", any("metered"));
  if (once_in(4)) body += "&billing_mode[type]=classic";
  if (once_in(6)) {
    body += "&billing_mode[type]=flexible&billing_mode[flexible][proration_discounts]=itemized";
  }
  if (once_in(6)) body += "&pending_invoice_item_interval[interval]=week";
  if (once_in(4)) body += "&trial_period_days=" + number(40);
  if (once_in(4)) body += "&discounts[0][coupon]=" + any("coupon");
  if (once_in(4)) body += "&items[0][discounts][0][coupon]=" + any("coupon");
  if (once_in(3)) body += "&default_tax_rates[0]=" + any("tax");
  if (once_in(6)) body += "&collection_method=send_invoice&days_until_due=" + number(20);
  if (once_in(5)) {
    body += "&payment_behavior=" + one_of("default_incomplete", "error_if_incomplete");
  }
  if (once_in(6)) {
    body +=
        concat("&billing_cycle_anchor=",
               std::to_string(memory_.now + static_cast<Seconds>(memory_.random.below(30)) * day));
  }
  if (once_in(8)) body += "&cancel_at_period_end=true";
  if (once_in(8)) {
    body +=
        concat("&backdate_start_date=",
               std::to_string(memory_.now - static_cast<Seconds>(memory_.random.below(90)) * day));
  }
  const Json answer = post("/v1/subscriptions", body);
  remember("subscription", answer);
  if (!answer.contains("items")) return;
  for (const Json& item : answer.at("items").at("data")) remember("item", item);
}

void History::change_items() {
  std::string body = once_in(2) ? "quantity=" + number(6) : "price=" + any("licensed");
  if (once_in(6)) body = "price=" + any("metered");
  body += "&proration_behavior=" +
          one_of("create_prorations", "create_prorations", "always_invoice", "none");
  if (once_in(5))
    body += "&payment_behavior=" +
            one_of("error_if_incomplete", "allow_incomplete", "pending_if_incomplete");
  post(concat("/v1/subscription_items/", any("item")), body);
}

void History::add_or_remove_item() {
  if (once_in(2)) {
    send("DELETE", concat("/v1/subscription_items/", any("item")),
         "proration_behavior=" + one_of("create_prorations", "always_invoice", "none"));
    return;
  }
  remember("item", post("/v1/subscription_items",
                        concat("subscription=", any("subscription"),
                               "&price=", once_in(3) ? any("metered") : any("licensed"))));
}

void History::cancel() {
  const std::string target = concat("/v1/subscriptions/", any("subscription"));
  if (once_in(2)) {
    post(target, "cancel_at_period_end=" + one_of("true", "false"));
  } else if (once_in(2)) {
    const Seconds at = memory_.now + static_cast<Seconds>(memory_.random.below(60)) * day;
    post(target, once_in(3) ? "cancel_at=" : concat("cancel_at=", std::to_string(at)));
  } else if (once_in(2)) {
    send("DELETE", target,
         concat("invoice_now=", one_of("true", "false"), "&prorate=", one_of("true", "false")));
  }
}

void History::change_terms() {
  const std::string target = concat("/v1/subscriptions/", any("subscription"));
  post(target, one_of("trial_end=now", "discounts[0][coupon]=" + any("coupon"),
                      "discounts=", "default_tax_rates[0]=" + any("tax"),
                      "billing_cycle_anchor=now&proration_behavior=always_invoice",
                      "billing_cycle_anchor=now", "pause_collection[behavior]=keep_as_draft",
                      "pause_collection[behavior]=void", "pause_collection=",
                      concat("trial_end=", std::to_string(memory_.now + 9 * day))));
}

void History::report_usage() {
  const std::string customer = any("customer");
  const std::size_t value = memory_.random.below(400);
  const Json answer = post("/v1/billing/meter_events",
                           concat("event_name=tokens&payload[stripe_customer_id]=", customer,
                                  "&payload[value]=", std::to_string(value),
                                  "&timestamp=", std::to_string(memory_.now)));
  if (!answer.contains("identifier")) return;
  usage_.push_back(
      {.customer = customer, .at = memory_.now, .value = static_cast<std::int64_t>(value)});
}

void History::advance() {
  const auto span = static_cast<Seconds>(memory_.random.below(once_in(3) ? 40 * 24 : 5 * 24) + 1);
  const Json answer = post(concat("/v1/test_helpers/test_clocks/", any("clock"), "/advance"),
                           concat("frozen_time=", std::to_string(memory_.now + span * hour)));
  if (answer.contains("id")) memory_.now += span * hour;
}

void History::invoice_by_hand() {
  const std::string customer = any("customer");
  std::string body = concat("customer=", customer,
                            "&pending_invoice_items_behavior=", one_of("include", "exclude"));
  if (once_in(3)) body += "&collection_method=send_invoice&days_until_due=" + number(30);
  if (once_in(3)) body += "&default_tax_rates[0]=" + any("tax");
  if (once_in(3)) body += "&discounts[0][coupon]=" + any("coupon");
  if (once_in(6)) {
    body +=
        "&currency=usd&shipping_cost[shipping_rate_data][display_name]=Post"
        "&shipping_cost[shipping_rate_data][fixed_amount][currency]=usd"
        "&shipping_cost[shipping_rate_data][fixed_amount][amount]=" +
        number(900);
  }
  const std::string invoice = remember("invoice", post("/v1/invoices", body));
  for (std::size_t i = memory_.random.below(4); i > 0; --i) {
    std::string item = concat("customer=", customer, "&currency=usd&amount=", number(9000));
    if (once_in(5)) item = concat("customer=", customer, "&currency=usd&amount=-", number(900));
    if (!once_in(4)) item += "&invoice=" + invoice;
    if (once_in(4)) item += "&tax_rates[0]=" + any("tax");
    remember("invoiceitem", post("/v1/invoiceitems", item));
  }
}

void History::act_on_invoice() {
  std::string invoice = any("invoice");
  if (once_in(2)) {
    const Json latest = send("GET", concat("/v1/invoices?limit=5&customer=", any("customer")));
    if (latest.contains("data") && !latest.at("data").empty()) {
      invoice = text(memory_.random.pick(latest.at("data")), "id");
    }
  }
  const std::string target = concat("/v1/invoices/", invoice);
  if (once_in(10)) {
    send("DELETE", target);
    return;
  }
  const std::string act =
      one_of("finalize", "finalize", "pay", "pay", "void", "mark_uncollectible", "send");
  post(concat(target, "/", act),
       act == "pay" && once_in(4) ? "paid_out_of_band=true" : std::string());
}

void History::credit_note() {
  const std::string amount = std::to_string(1 + memory_.random.below(3000));
  post("/v1/credit_notes",
       concat("invoice=", any("invoice"), "&amount=", amount,
              one_of(std::string(), "&refund_amount=" + amount, "&credit_amount=" + amount,
                     "&out_of_band_amount=" + amount)));
}

void History::refund() {
  const Json charges = send("GET", "/v1/charges?limit=5");
  if (!charges.contains("data") || charges.at("data").empty()) return;
  const std::string charge = text(memory_.random.pick(charges.at("data")), "id");
  post("/v1/refunds",
       concat("charge=", charge, once_in(2) ? concat("&amount=", number(2000)) : std::string()));
}

void History::adjust_balance() {
  post(concat("/v1/customers/", any("customer"), "/balance_transactions"),
       concat("currency=usd&amount=", once_in(2) ? "-" : "", number(3000)));
}

void History::grant_credits() {
  remember("grant", post("/v1/billing/credit_grants",
                         concat("customer=", any("customer"),
                                "&category=paid&amount[type]=monetary"
                                "&amount[monetary][currency]=usd&amount[monetary][value]=",
                                std::to_string(1 + memory_.random.below(4000)),
                                "&applicability_config[scope][price_type]=metered")));
  if (once_in(4)) {
    post(concat("/v1/billing/credit_grants/", any("grant"), "/", one_of("void", "expire")));
  }
}

void History::change_card() {
  const std::string customer = any("customer");
  const std::string card = remember(
      "card",
      post(concat("/v1/payment_methods/",
                  one_of("pm_card_visa", "pm_card_visa", "pm_card_chargeCustomerFail"), "/attach"),
           concat("customer=", customer)));
  post(concat("/v1/customers/", customer),
       concat("invoice_settings[default_payment_method]=", card));
}

void History::pause_or_resume() {
  post(concat("/v1/subscriptions/", any("subscription"), "/", one_of("pause", "resume")));
}

void History::pay_once() {
  post("/v1/payment_intents",
       concat("amount=", std::to_string(50 + memory_.random.below(5000)),
              "&currency=usd&confirm=true&payment_method=",
              one_of("pm_card_visa", "pm_card_chargeDeclined"),
              "&automatic_payment_methods[enabled]=true"
              "&automatic_payment_methods[allow_redirects]=never&capture_method=",
              one_of("automatic", "manual")));
}

void History::schedule() {
  if (once_in(2)) {
    remember("schedule",
             post("/v1/subscription_schedules", concat("from_subscription=", any("subscription"))));
    return;
  }
  const Seconds start = memory_.now + (static_cast<Seconds>(memory_.random.below(20)) - 10) * day;
  std::string body = concat("customer=", any("customer"),
                            "&start_date=", once_in(2) ? std::string("now") : std::to_string(start),
                            "&end_behavior=", one_of("release", "cancel"));
  if (once_in(4)) body += "&billing_mode[type]=classic";
  for (const char* phase : {"0", "1", "2"}) {
    const std::string at = concat("&phases[", phase, "]");
    body += concat(at, "[items][0][price]=", once_in(4) ? any("metered") : any("licensed"));
    if (once_in(3)) body += concat(at, "[items][1][price]=", any("licensed"));
    body +=
        concat(at, "[proration_behavior]=", one_of("create_prorations", "always_invoice", "none"));
    body += concat(at, "[duration][interval]=", one_of("month", "week"));
    if (once_in(5)) body += concat(at, "[trial]=true");
    if (once_in(5)) body += concat(at, "[billing_cycle_anchor]=phase_start");
    if (once_in(2)) break;
  }
  const Json answer = post("/v1/subscription_schedules", body);
  remember("schedule", answer);
  if (has(answer, "subscription")) {
    memory_.ids["subscription"].push_back(text(answer, "subscription"));
  }
}

void History::change_schedule() {
  const std::string target = concat("/v1/subscription_schedules/", any("schedule"));
  if (once_in(4)) {
    post(concat(target, "/", one_of("cancel", "release")));
    return;
  }
  const Json schedule = send("GET", target);
  if (!has(schedule, "current_phase")) return;
  const Json& current = schedule.at("current_phase");
  post(target,
       concat("phases[0][start_date]=", std::to_string(integer(current, "start_date")),
              "&phases[0][items][0][price]=", any("licensed"), "&phases[0][end_date]=",
              once_in(4) ? std::string("now") : std::to_string(integer(current, "end_date")),
              "&phases[1][items][0][price]=", any("licensed"),
              "&proration_behavior=", one_of("create_prorations", "always_invoice", "none"),
              "&end_behavior=", one_of("release", "cancel")));
}

void History::quote() {
  std::string body =
      concat("customer=", any("customer"), "&line_items[0][price]=", any("licensed"),
             "&line_items[0][quantity]=", std::to_string(1 + memory_.random.below(4)));
  if (once_in(3)) body += "&line_items[1][price]=" + any("metered");
  if (once_in(3)) body += "&discounts[0][coupon]=" + any("coupon");
  if (once_in(3)) body += "&default_tax_rates[0]=" + any("tax");
  if (once_in(4)) body += "&subscription_data[trial_period_days]=" + number(30);
  const std::string quote = remember("quote", post("/v1/quotes", body));
  post(concat("/v1/quotes/", quote, "/finalize"));
  if (once_in(6)) {
    post(concat("/v1/quotes/", quote, "/cancel"));
    return;
  }
  const Json accepted = post(concat("/v1/quotes/", quote, "/accept"));
  if (has(accepted, "subscription")) {
    memory_.ids["subscription"].push_back(text(accepted, "subscription"));
  }
}

void History::revise() {
  remember("invoice", post("/v1/invoices", concat("from_invoice[action]=revision"
                                                  "&from_invoice[invoice]=",
                                                  any("invoice"))));
}

void History::confirm_intent() {
  const Json intents = send("GET", "/v1/payment_intents?limit=5");
  if (!intents.contains("data") || intents.at("data").empty()) return;
  const std::string intent = text(memory_.random.pick(intents.at("data")), "id");
  post(concat("/v1/payment_intents/", intent, "/", one_of("confirm", "confirm", "cancel")),
       once_in(2) ? std::string("payment_method=pm_card_visa") : std::string());
}

void History::delete_something() {
  if (once_in(8)) {
    send("DELETE", concat("/v1/customers/", any("customer")));
    add_customer();
  } else {
    send("DELETE", concat("/v1/invoiceitems/", any("invoiceitem")));
  }
}

}  // namespace okapi::laws
