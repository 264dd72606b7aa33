#include "engine/new_subscription.h"

#include <algorithm>

#include "api/error.h"
#include "api/version.h"
#include "base/check.h"
#include "engine/anchors.h"
#include "engine/backdating.h"
#include "engine/compose.h"
#include "engine/discounts.h"
#include "engine/end_time.h"
#include "engine/items.h"
#include "engine/legacy_sources.h"
#include "engine/param_name.h"
#include "engine/pending_interval.h"
#include "engine/tax_table.h"
#include "engine/taxes.h"
#include "engine/trials.h"
#include "store/compact_json.h"

namespace okapi::engine {
namespace {

constexpr std::size_t most_subscriptions = 500;
constexpr std::size_t most_on_a_clock = 3;

// Set means: would change what is billed.
bool asks_for(const Json& params, const char* name) {
  const auto found = params.find(name);
  if (found == params.end() || found->is_null()) return false;
  if (found->is_boolean()) return found->get<bool>();
  if (found->is_array() || found->is_object()) return !found->empty();
  return *found != 0;
}

// The fields of a plain create that are neither null nor empty by the catalogue.
void set_plain_fields(Json& subscription) {
  subscription["automatic_tax"] = {
      {"disabled_reason", nullptr}, {"enabled", false}, {"liability", nullptr}};
  subscription["billing_schedules"] = Json::array();
  subscription["cancel_at_period_end"] = false;
  subscription["cancellation_details"] = {{"comment", nullptr},
                                          {"feedback", nullptr},
                                          {"feedback_option", nullptr},
                                          {"reason", nullptr}};
  subscription["default_tax_rates"] = Json::array();
  subscription["discounts"] = Json::array();
  subscription["invoice_settings"] = {{"account_tax_ids", nullptr},
                                      {"custom_fields", nullptr},
                                      {"description", nullptr},
                                      {"footer", nullptr},
                                      {"issuer", {{"type", "self"}}}};
  subscription["payment_settings"] = {{"payment_method_options", nullptr},
                                      {"payment_method_types", nullptr},
                                      {"save_default_payment_method", "off"}};
  subscription["status"] = "active";
  subscription["trial_settings"] = {
      {"end_behavior",
       {{"billing_cycle_anchor", "now"}, {"missing_payment_method", "create_invoice"}}}};
}

void merge_settings(Json& subscription, const Json& params, const char* name) {
  // Deep: a part of the settings leaves the rest as it was.
  if (has(params, name)) subscription[name].update(params.at(name), true);
}

std::string currency_of(const Json& params, const Json& first_price) {
  return maybe_text(params, "currency").value_or(text(first_price, "currency"));
}

void add_items(store::Transaction& tx, Json& subscription, const NewSubscription& wanted) {
  const std::string list = under(wanted.prefix, "items");
  if (!has(wanted.params, "items") || wanted.params.at("items").empty()) {
    throw api::missing_parameter(list);
  }
  std::string currency = maybe_text(wanted.params, "currency").value_or("");
  Json items = Json::array();
  for (const Json& params : wanted.params.at("items")) {
    const std::string prefix = list + "[" + std::to_string(items.size()) + "]";
    const store::Document price = item_price(tx, params, prefix, currency);
    if (currency.empty()) currency = currency_of(wanted.params, *price);
    items.push_back(make_item(tx, subscription, price, params, prefix));
    set_item_terms(tx, subscription, items.back(), params, prefix);
    set_first_period(subscription, items.back(), tx.now());
  }
  subscription["currency"] = currency;
  subscription["items"] = {{"data", std::move(items)}};
}

}  // namespace

Json billing_mode(const Json& params, std::string_view version, Seconds now) {
  const bool classic = api::behaves(version, api::Behaviour::classic_billing);
  std::string type = classic ? "classic" : "flexible";
  std::string discounts = "included";
  if (has(params, "billing_mode")) {
    type = text(params.at("billing_mode"), "type");
    const Json& asked = at_path(params, {"billing_mode", "flexible", "proration_discounts"});
    if (asked.is_string()) discounts = asked.get<std::string>();
  }
  if (type == "classic") return {{"flexible", nullptr}, {"type", "classic"}};
  return {{"flexible", {{"proration_discounts", discounts}}},
          {"type", "flexible"},
          {"updated_at", now}};
}

void refuse_unsupported(const Json& params, std::string_view operation) {
  for (const char* name :
       {"application_fee_percent", "billing_schedules", "on_behalf_of", "transfer_data"}) {
    if (asks_for(params, name)) {
      throw api::not_implemented(std::string(operation) + " with `" + name + "`");
    }
  }
  if (!has(params, "items")) return;
  for (const Json& item : params.at("items")) {
    if (asks_for(item, "current_trial")) {
      throw api::not_implemented(std::string(operation) + " with `items[][current_trial]`");
    }
  }
}

void set_terms(store::Transaction& tx, Json& subscription, const Json& params,
               const std::string& prefix) {
  if (params.contains("default_tax_rates")) {
    subscription["default_tax_rates"] =
        read_tax_rates(tx, params.at("default_tax_rates"), under(prefix, "default_tax_rates"),
                       most_default_tax_rates);
  }
  if (has(params, "automatic_tax")) {
    const bool enabled = boolean(params.at("automatic_tax"), "enabled");
    if (enabled) check_tax_location(tx, text(subscription, "customer"));
    subscription["automatic_tax"] = {{"disabled_reason", nullptr},
                                     {"enabled", enabled},
                                     {"liability", enabled ? Json({{"type", "self"}}) : Json()}};
  }
  if (!params.contains("discounts")) return;
  subscription["discounts"] = set_discounts(tx,
                                            {.customer = text(subscription, "customer"),
                                             .currency = text(subscription, "currency"),
                                             .subscription = text(subscription, "id"),
                                             .announces = true},
                                            params.at("discounts"), subscription.at("discounts"),
                                            under(prefix, "discounts"));
}

std::string attached_payment_method(store::Transaction& tx, const Json& params,
                                    const std::string& customer, const std::string& prefix) {
  const std::string param = under(prefix, "default_payment_method");
  std::string id = text(params, "default_payment_method");
  const store::Document method = api::require_param(tx, "payment_method", id, param);
  if (maybe_text(*method, "customer") != customer) {
    throw api::invalid_request("The customer does not have a payment method with the ID " + id +
                                   ". The payment method must be attached to the customer.",
                               param, "resource_missing");
  }
  return id;
}

void check_days_until_due(const Json& params, const std::string& collection_method,
                          bool has_days_already) {
  const bool sends = collection_method == "send_invoice";
  if (sends && !has(params, "days_until_due") && !has_days_already) {
    throw api::invalid_request(
        "If invoice collection method is 'send_invoice', you must specify 'due_date' or "
        "'days_until_due'.",
        "days_until_due");
  }
  if (!sends && has(params, "days_until_due")) {
    throw api::invalid_request(
        "You can only specify 'due_date' or 'days_until_due' if invoice collection method is "
        "'send_invoice'.",
        "days_until_due");
  }
}

Json read_thresholds(const Json& params) {
  const Json& given = params.at("billing_thresholds");
  if (given.is_null() || given.empty()) return nullptr;
  return {{"amount_gte", given.value("amount_gte", Json())},
          {"reset_billing_cycle_anchor", maybe_boolean(given, "reset_billing_cycle_anchor")}};
}

void check_room_for_subscription(const store::Transaction& tx, const store::Document& customer,
                                 const api::Settings& settings) {
  const bool clocked = settings.strict_clocks && has(*customer, "test_clock");
  const std::size_t most = clocked ? most_on_a_clock : most_subscriptions;
  std::size_t current = 0;
  const auto count = [&](const store::Document& document) {
    const auto status = store::find_text(document.text(), "status");
    const bool over = status == "canceled" || status == "incomplete_expired";
    return over || ++current < most;
  };
  tx.scan_down_where("subscription", "customer", customer.id(), 0, count);
  for (const store::Document& schedule :
       tx.where("subscription_schedule", "customer", customer.id())) {
    if (text(*schedule, "status") == "not_started") ++current;
  }
  if (current < most) return;
  if (!clocked) throw api::too_many_subscriptions(customer.id());
  throw api::invalid_request("A customer on a test clock can have at most 3 subscriptions.",
                             "customer");
}

StartOptions start_options(const Json& params) {
  StartOptions options;
  options.add_invoice_items = params.value("add_invoice_items", Json());
  options.off_session = maybe_boolean(params, "off_session");
  const std::string behavior = maybe_text(params, "payment_behavior").value_or("");
  if (behavior == "default_incomplete") {
    options.payment_behavior = PaymentBehavior::default_incomplete;
  } else if (behavior == "error_if_incomplete") {
    options.payment_behavior = PaymentBehavior::error_if_incomplete;
  } else if (behavior == "pending_if_incomplete") {
    throw api::invalid_request(
        "Setting `payment_behavior` to `pending_if_incomplete` has no effect when creating a "
        "subscription.",
        "payment_behavior");
  }
  return options;
}

Json make_subscription(store::Transaction& tx, const NewSubscription& wanted) {
  const Json& params = wanted.params;
  refuse_unsupported(params, "a subscription");
  Json subscription = api::default_object(tx, "subscription");
  set_plain_fields(subscription);
  set_first_anchor(subscription, params, tx.now());
  subscription["billing_mode"] = billing_mode(params, wanted.version, tx.now());
  subscription["created"] = tx.now();
  subscription["customer"] = wanted.customer.id();
  set_start(subscription, params, tx.now(), wanted.prefix);
  subscription["test_clock"] = wanted.customer->value("test_clock", Json());
  subscription["metadata"] = Json::object();
  api::merge_metadata(subscription, params);
  api::assign_params(subscription, params, {"description"});
  const std::string method =
      maybe_text(params, "collection_method").value_or("charge_automatically");
  subscription["collection_method"] = method;
  check_days_until_due(params, method, false);
  subscription["days_until_due"] = params.value("days_until_due", Json());
  if (has(params, "default_payment_method")) {
    subscription["default_payment_method"] =
        attached_payment_method(tx, params, wanted.customer.id());
  }
  if (has(params, "default_source")) {
    subscription["default_source"] =
        attached_source(tx, text(params, "default_source"), wanted.customer.id());
  }
  for (const char* settings : {"invoice_settings", "payment_settings", "trial_settings"}) {
    merge_settings(subscription, params, settings);
  }
  add_items(tx, subscription, wanted);
  if (params.contains("billing_thresholds")) {
    subscription["billing_thresholds"] = read_thresholds(params);
  }
  set_terms(tx, subscription, params, wanted.prefix);
  check_items(subscription);
  set_pending_interval(subscription, params, tx.now());
  settle_first_anchor(subscription, params, tx.now());
  set_first_trial(subscription, params, tx.now());
  settle_backdated_periods(subscription, tx.now());
  check_thresholds_fit(tx, subscription);
  complete_items(subscription);
  set_first_end(subscription, params, tx.now(), wanted.prefix);
  return subscription;
}

}  // namespace okapi::engine
