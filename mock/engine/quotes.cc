#include "engine/quotes.h"

#include <algorithm>

#include "api/error.h"
#include "base/check.h"
#include "engine/bill.h"
#include "engine/compose.h"
#include "engine/coupons.h"
#include "engine/customer_currency.h"
#include "engine/cycle.h"
#include "engine/discounts.h"
#include "engine/items.h"
#include "engine/new_subscription.h"
#include "engine/schedules/schedule.h"
#include "engine/sold_lines.h"
#include "engine/taxes.h"

namespace okapi::engine {
namespace {

constexpr const char* kind = "quote";
constexpr Seconds default_life = 30 * day;

// --- parameters

void refuse_unsupported_quote(const Json& params) {
  for (const char* name :
       {"application_fee_amount", "application_fee_percent", "on_behalf_of", "transfer_data"}) {
    if (has(params, name)) {
      throw api::not_implemented(std::string("a quote with `") + name + "`");
    }
  }
  if (at_path(params, {"subscription_data", "effective_date"}) == "current_period_end") {
    // Guess: the sentence. Stripe: the word is for quotes that update a subscription (types), and
    // no parameter names one.
    throw api::invalid_request(
        "`subscription_data[effective_date]` can only be `current_period_end` when the quote "
        "updates a subscription.",
        "subscription_data[effective_date]");
  }
}

DiscountOwner owner_of(const Json& quote) {
  return {.customer = maybe_text(quote, "customer").value_or(""),
          .currency = maybe_text(quote, "currency").value_or(""),
          .counts = false};
}

// What a line was before, so that one that is sent with its id keeps it.
std::string kept_id(const Json& quote, const Json& params, const Place& place) {
  const auto id = maybe_text(params, "id");
  if (!id) return {};
  for (const Json& line : quote.at("_lines")) {
    if (text(line, "id") == *id) return *id;
  }
  throw api::no_such("line item", *id, place.of("id"));
}

void read_lines(store::Transaction& tx, Json& quote, const Json& params) {
  std::vector<PricedLine> lines;
  std::string currency;
  for (const Json& entry : params.at("line_items")) {
    const Place place = Place("line_items").at(lines.size());
    PricedLine line = read_priced_line(tx, entry, currency, place);
    if (currency.empty()) currency = text(*line.price, "currency");
    quote["currency"] = currency;
    if (const std::string id = kept_id(quote, entry, place); !id.empty()) line.id = id;
    line.discounts = set_discounts(tx, owner_of(quote), entry.value("discounts", Json()), nullptr,
                                   place.of("discounts"));
    lines.push_back(std::move(line));
  }
  quote["_lines"] = to_stored(lines);
}

void check_customer(store::Transaction& tx, const Json& params) {
  if (!has(params, "customer")) return;
  (void)api::require_param(tx, "customer", text(params, "customer"), "customer");
}

void read_subscription_data(Json& quote, const Json& params) {
  if (!has(params, "subscription_data")) return;
  Json given = params.at("subscription_data");
  given.erase("billing_mode");
  Json& data = quote["subscription_data"];
  if (has(given, "metadata")) {
    data["metadata"].update(given.at("metadata"));
    given.erase("metadata");
  }
  for (const auto& [name, value] : given.items()) data[name] = value;
}

void edit_quote(store::Transaction& tx, Json& quote, const Json& params) {
  refuse_unsupported_quote(params);
  check_customer(tx, params);
  api::assign_params(quote, params, {"customer", "description", "footer", "header"});
  api::merge_metadata(quote, params);
  if (has(params, "customer")) {
    const store::Document customer = tx.find("customer", text(params, "customer"));
    quote["test_clock"] = customer->value("test_clock", Json());
  }
  if (has(params, "expires_at")) {
    if (integer(params, "expires_at") <= tx.now()) {
      throw api::future_timestamp_required("expires_at");
    }
    quote["expires_at"] = params.at("expires_at");
  }
  if (has(params, "collection_method")) quote["collection_method"] = params.at("collection_method");
  if (has(params, "invoice_settings")) {
    quote["invoice_settings"].update(params.at("invoice_settings"), true);
  }
  const Json& days = quote.at("invoice_settings").at("days_until_due");
  if (text(quote, "collection_method") != "send_invoice" && !days.is_null()) {
    throw api::invalid_request(
        "You can only specify 'days_until_due' if invoice collection method is 'send_invoice'.",
        "invoice_settings[days_until_due]");
  }
  if (has(params, "automatic_tax")) {
    const bool enabled = boolean(params.at("automatic_tax"), "enabled");
    quote["automatic_tax"] = {{"enabled", enabled},
                              {"liability", enabled ? Json({{"type", "self"}}) : Json()},
                              {"provider", enabled ? Json("stripe") : Json()},
                              {"status", enabled ? Json("complete") : Json()}};
  }
  if (params.contains("default_tax_rates")) {
    quote["_tax_rates"] = read_tax_rates(tx, params.at("default_tax_rates"), "default_tax_rates",
                                         most_default_tax_rates);
    const Json ids = tax_rate_ids(quote.at("_tax_rates"));
    quote["default_tax_rates"] = ids.is_null() ? Json::array() : ids;
  }
  read_subscription_data(quote, params);
  if (has(params, "line_items")) read_lines(tx, quote, params);
  if (params.contains("discounts")) {
    quote["discounts"] = set_discounts(tx, owner_of(quote), params.at("discounts"),
                                       quote.at("discounts"), "discounts");
  }
}

// --- amounts

std::vector<PricedLine> stored_lines(const store::Transaction& tx, const Json& quote) {
  return from_stored(tx, quote.at("_lines"));
}

Pricing pricing_of(const Json& quote, Json discounts) {
  return {.customer = maybe_text(quote, "customer").value_or(""),
          .currency = maybe_text(quote, "currency").value_or("usd"),
          .discounts = std::move(discounts),
          .default_tax_rates = quote.at("_tax_rates"),
          .automatic_tax = boolean(quote.at("automatic_tax"), "enabled")};
}

bool is_forever(const store::Transaction& tx, const Json& id) {
  const store::Document discount = tx.find("discount", id.get<std::string>());
  return discount && at_path(*discount, {"_coupon", "duration"}) == "forever";
}

// Stripe: what recurs takes only discounts that last (types).
Json lasting(const store::Transaction& tx, const Json& ids) {
  Json kept = Json::array();
  for (const Json& id : ids) {
    if (is_forever(tx, id)) kept.push_back(id);
  }
  return kept;
}

Json computed_recurring(store::Transaction& tx, const Json& quote) {
  std::vector<PricedLine> lines = stored_lines(tx, quote);
  std::erase_if(lines, [](const PricedLine& line) { return !is_recurring(line); });
  if (lines.empty()) return nullptr;
  for (PricedLine& line : lines) line.discounts = lasting(tx, line.discounts);
  const PricedLines priced =
      price_lines(tx, lines, pricing_of(quote, lasting(tx, quote.at("discounts"))));
  const Json& recurring = lines.front().price->at("recurring");
  return {{"amount_subtotal", priced.amount_subtotal},
          {"amount_total", priced.amount_total},
          {"interval", recurring.at("interval")},
          {"interval_count", recurring.at("interval_count")},
          {"total_details", total_details(priced)}};
}

bool starts_with_trial(const Json& quote) {
  return maybe_integer(quote.at("subscription_data"), "trial_period_days").value_or(0) > 0;
}

PricedLines price_upfront(store::Transaction& tx, const Json& quote) {
  std::vector<PricedLine> lines = stored_lines(tx, quote);
  if (starts_with_trial(quote)) std::erase_if(lines, is_recurring);
  return price_lines(tx, lines, pricing_of(quote, quote.at("discounts")));
}

// Everything that follows from the lines.
void compute(store::Transaction& tx, Json& quote) {
  const PricedLines all =
      price_lines(tx, stored_lines(tx, quote), pricing_of(quote, quote.at("discounts")));
  quote["amount_subtotal"] = all.amount_subtotal;
  quote["amount_total"] = all.amount_total;
  quote["total_details"] = total_details(all);
  const PricedLines upfront = price_upfront(tx, quote);
  quote["_items"] = all.items;
  quote["_upfront_items"] = upfront.items;
  quote["computed"] = {{"recurring", computed_recurring(tx, quote)},
                       {"upfront",
                        {{"amount_subtotal", upfront.amount_subtotal},
                         {"amount_total", upfront.amount_total},
                         {"total_details", total_details(upfront)}}}};
}

// --- the life of a quote

void check_status(const Json& quote, std::initializer_list<std::string_view> allowed,
                  const std::string& participle) {
  const std::string& status = text(quote, "status");
  if (std::ranges::find(allowed, status) != allowed.end()) return;
  std::string words;
  for (const std::string_view word : allowed) {
    words += (words.empty() ? "`" : " or `") + std::string(word) + "`";
  }
  // Guess: the sentence.
  throw api::invalid_request("This quote has a status of `" + status + "` and cannot be " +
                             participle + ". Only quotes with a status of " + words + " can be.");
}

Json new_quote(store::Transaction& tx, const Json& params, std::string_view version) {
  Json quote = api::default_object(tx, kind);
  quote.update(
      {{"automatic_tax",
        {{"enabled", false}, {"liability", nullptr}, {"provider", nullptr}, {"status", nullptr}}},
       {"collection_method", "charge_automatically"},
       {"created", tx.now()},
       {"default_tax_rates", Json::array()},
       {"discounts", Json::array()},
       {"expires_at", tx.now() + default_life},
       {"invoice_settings",
        {{"custom_fields", nullptr},
         {"days_until_due", nullptr},
         {"description", nullptr},
         {"footer", nullptr},
         {"issuer", {{"type", "self"}}}}},
       {"metadata", Json::object()},
       {"status", "draft"},
       {"status_transitions",
        {{"accepted_at", nullptr}, {"canceled_at", nullptr}, {"finalized_at", nullptr}}},
       {"subscription_data",
        {{"description", nullptr},
         {"effective_date", nullptr},
         {"metadata", Json::object()},
         {"trial_period_days", nullptr}}},
       {"_lines", Json::array()},
       {"_revision", 1},
       {"_tax_rates", Json::array()}});
  const Json& data = params.value("subscription_data", Json::object());
  Json mode = billing_mode(data, version, tx.now());
  mode.erase("updated_at");
  if (mode.at("flexible").is_null()) mode.erase("flexible");
  quote["subscription_data"]["billing_mode"] = std::move(mode);
  return quote;
}

// Stripe: a quote made from another takes everything over; a revision counts up from its number.
void copy_quote(store::Transaction& tx, Json& quote, const Json& from) {
  const store::Document source =
      api::require_param(tx, kind, text(from, "quote"), "from_quote[quote]");
  const bool revises = maybe_boolean(from, "is_revision");
  if (revises) check_status(*source, {"open"}, "revised");
  for (const char* name :
       {"automatic_tax", "collection_method", "currency", "customer", "default_tax_rates",
        "description", "discounts", "footer", "header", "invoice_settings", "metadata",
        "subscription_data", "test_clock", "_lines", "_tax_rates"}) {
    if (source->contains(name)) quote[name] = source->at(name);
  }
  for (Json& line : quote["_lines"]) line["id"] = api::new_id(tx, "item");
  quote["from_quote"] = {{"is_revision", revises}, {"quote", source.id()}};
  if (!revises) return;
  quote["_number_base"] = source->value("_number_base", Json());
  quote["_revision"] = integer(*source, "_revision") + 1;
}

// Guess: QT-<prefix>-0001-1, the customer's nth quote and its nth revision.
std::string number_base(const store::Transaction& tx, const store::Document& customer) {
  std::size_t finalized = 1;
  for (const store::Document& quote : tx.where(kind, "customer", customer.id())) {
    if (has(*quote, "number") && integer(*quote, "_revision") == 1) ++finalized;
  }
  std::string digits = std::to_string(finalized);
  if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
  return "QT-" + text(*customer, "invoice_prefix") + "-" + digits;
}

// --- what an accepted quote becomes

void copy_if_set(Json& params, const Json& from, const char* name) {
  if (has(from, name)) params[name] = from.at(name);
}

// The terms that subscriptions and the phases of schedules have in common.
Json terms_of(const store::Transaction& tx, const Json& quote) {
  Json params = {{"items", split_sold_lines(tx, stored_lines(tx, quote)).recurring},
                 {"collection_method", quote.at("collection_method")},
                 {"default_tax_rates", quote.at("default_tax_rates")},
                 {"discounts", as_discount_params(tx, quote.at("discounts"))},
                 {"automatic_tax", {{"enabled", quote.at("automatic_tax").at("enabled")}}},
                 {"metadata", quote.at("subscription_data").at("metadata")}};
  copy_if_set(params, quote.at("subscription_data"), "description");
  return params;
}

// Guess: without days_until_due an invoice that is sent is due after thirty days.
Json days_until_due(const Json& quote) {
  if (text(quote, "collection_method") != "send_invoice") return nullptr;
  const Json& days = quote.at("invoice_settings").at("days_until_due");
  return days.is_null() ? Json(30) : days;
}

Json mode_of(const Json& quote) { return quote.at("subscription_data").at("billing_mode"); }

Json made_schedule(store::Transaction& tx, const Json& quote, const api::Settings& settings) {
  Json phase = terms_of(tx, quote);
  phase["add_invoice_items"] = split_sold_lines(tx, stored_lines(tx, quote)).once;
  const Json days = days_until_due(quote);
  if (!days.is_null()) phase["invoice_settings"] = {{"days_until_due", days}};
  const Json params = {{"customer", quote.at("customer")},
                       {"start_date", quote.at("subscription_data").at("effective_date")},
                       {"billing_mode", mode_of(quote)},
                       {"phases", Json::array({std::move(phase)})}};
  return create_schedule(tx, params, api::api_version(), settings).id();
}

Json made_subscription(store::Transaction& tx, const Json& quote, const api::Settings& settings) {
  Json params = terms_of(tx, quote);
  params["billing_mode"] = mode_of(quote);
  params["days_until_due"] = days_until_due(quote);
  params["invoice_settings"] = Json::object();
  copy_if_set(params, quote.at("subscription_data"), "trial_period_days");
  for (const char* name : {"custom_fields", "description", "footer"}) {
    copy_if_set(params["invoice_settings"], quote.at("invoice_settings"), name);
  }
  const store::Document customer = tx.find("customer", text(quote, "customer"));
  Json subscription = make_subscription(
      tx, {.params = params, .customer = customer, .version = api::api_version()});
  settle_currency(tx, customer.id(), text(subscription, "currency"));
  // Stripe: the first invoice is a draft for an hour, as nobody is there to pay it.
  const store::Document started = start_subscription(
      tx, std::move(subscription), settings,
      {.add_invoice_items = split_sold_lines(tx, stored_lines(tx, quote)).once, .waits = true});
  sync_items(tx, started);
  return started.id();
}

Json made_invoice(store::Transaction& tx, const Json& quote) {
  const std::string customer = text(quote, "customer");
  settle_currency(tx, customer, text(quote, "currency"));
  Bill bill = make_bill(tx, {.customer = tx.find("customer", customer),
                             .currency = text(quote, "currency"),
                             .billing_reason = "quote_accept",
                             .period = {.start = tx.now(), .end = tx.now()},
                             .collection_method = text(quote, "collection_method"),
                             .days_until_due = days_until_due(quote).is_null()
                                                   ? std::optional<std::int64_t>()
                                                   : days_until_due(quote).get<std::int64_t>()});
  bill.invoice["parent"] = {{"quote_details", {{"quote", quote.at("id")}}},
                            {"subscription_details", nullptr},
                            {"type", "quote_details"}};
  for (const char* name : {"custom_fields", "description", "footer"}) {
    bill.invoice[name] = quote.at("invoice_settings").at(name);
  }
  bill.invoice["default_tax_rates"] = quote.at("_tax_rates");
  set_automatic_tax(bill.invoice, boolean(quote.at("automatic_tax"), "enabled"));
  if (!quote.at("discounts").empty()) {
    bill.invoice["discounts"] =
        set_discounts(tx,
                      {.customer = customer,
                       .currency = text(quote, "currency"),
                       .invoice = text(bill.invoice, "id")},
                      as_discount_params(tx, quote.at("discounts")), nullptr, "discounts");
  }
  bill_sold_lines(tx, bill, stored_lines(tx, quote));
  return store_draft(tx, std::move(bill)).id();
}

bool starts_later(const Json& quote, Seconds now) {
  const auto date = maybe_integer(quote.at("subscription_data"), "effective_date");
  return date && *date > now;
}

}  // namespace

std::vector<Json> items_of_quote(const store::Transaction& tx, const Json& quote, bool upfront) {
  return shown_items(tx, quote.at(upfront ? "_upfront_items" : "_items"));
}

store::Document create_quote(store::Transaction& tx, const Json& params, std::string_view version) {
  Json quote = new_quote(tx, params, version);
  if (has(params, "from_quote")) copy_quote(tx, quote, params.at("from_quote"));
  if (has(params, "test_clock")) {
    (void)api::require_param(tx, "test_helpers.test_clock", text(params, "test_clock"),
                             "test_clock");
    quote["test_clock"] = params.at("test_clock");
  }
  edit_quote(tx, quote, params);
  compute(tx, quote);
  store::Document stored = tx.insert(std::move(quote));
  tx.emit("quote.created", stored);
  return stored;
}

store::Document update_quote(store::Transaction& tx, const store::Document& quote,
                             const Json& params) {
  const bool only_life = std::ranges::all_of(params.items(), [](const auto& entry) {
    return entry.key() == "expires_at" || entry.key() == "metadata";
  });
  if (only_life) {
    check_status(*quote, {"draft", "open"}, "updated");
  } else {
    check_status(*quote, {"draft"}, "updated");
  }
  Json edited = *quote;
  edit_quote(tx, edited, params);
  compute(tx, edited);
  return tx.update(quote, [&](Json& tree) { tree = std::move(edited); });
}

store::Document finalize_quote(store::Transaction& tx, const store::Document& quote,
                               const Json& params) {
  check_status(*quote, {"draft"}, "finalized");
  if (!has(*quote, "customer")) {
    throw api::invalid_request("A quote must have a customer to be finalized.", "customer");
  }
  if (quote->at("_lines").empty()) {
    throw api::invalid_request("A quote must have at least one line item to be finalized.",
                               "line_items");
  }
  const store::Document customer =
      api::require_param(tx, "customer", text(*quote, "customer"), "customer");
  store::Document finalized = tx.update(quote, [&](Json& edited) {
    edit_quote(tx, edited, params);
    if (!has(edited, "_number_base")) edited["_number_base"] = number_base(tx, customer);
    edited["number"] =
        text(edited, "_number_base") + "-" + std::to_string(integer(edited, "_revision"));
    edited["status"] = "open";
    edited["status_transitions"]["finalized_at"] = tx.now();
  });
  tx.emit("quote.finalized", finalized);
  return finalized;
}

store::Document accept_quote(store::Transaction& tx, const store::Document& quote,
                             const api::Settings& settings) {
  check_status(*quote, {"open"}, "accepted");
  const store::Document accepted = tx.update(quote, [&](Json& edited) {
    edited["status"] = "accepted";
    edited["status_transitions"]["accepted_at"] = tx.now();
  });
  tx.emit("quote.accepted", accepted);
  const char* field = "invoice";
  Json made;
  if (split_sold_lines(tx, stored_lines(tx, *quote)).recurring.empty()) {
    made = made_invoice(tx, *quote);
  } else if (starts_later(*quote, tx.now())) {
    field = "subscription_schedule";
    made = made_schedule(tx, *quote, settings);
  } else {
    field = "subscription";
    made = made_subscription(tx, *quote, settings);
  }
  return tx.update(accepted, [&](Json& edited) { edited[field] = made; });
}

store::Document cancel_quote(store::Transaction& tx, const store::Document& quote) {
  check_status(*quote, {"draft", "open"}, "canceled");
  store::Document canceled = tx.update(quote, [&](Json& edited) {
    edited["status"] = "canceled";
    edited["status_transitions"]["canceled_at"] = tx.now();
  });
  tx.emit("quote.canceled", canceled);
  return canceled;
}

void expire_quote(store::Transaction& tx, const store::Document& quote, const api::Settings&) {
  cancel_quote(tx, quote);
}

void quote_due(const Json& quote, std::vector<store::Due>& due) {
  const std::string& status = text(quote, "status");
  if (status != "draft" && status != "open") return;
  due.push_back({.at = integer(quote, "expires_at"),
                 .rank = 8,
                 .action = "expire",
                 .clock = maybe_text(quote, "test_clock").value_or("")});
}

}  // namespace okapi::engine
