#include "engine/schedules/phases.h"

#include <algorithm>
#include <optional>

#include "api/error.h"
#include "api/operation.h"
#include "engine/compose.h"
#include "engine/coupons.h"
#include "engine/invoice_items.h"
#include "engine/items.h"
#include "engine/new_subscription.h"
#include "engine/taxes.h"
#include "engine/terms.h"

namespace okapi::engine {
namespace {

// Stripe: at most ten current and future phases (docs, subscription schedules).
constexpr std::size_t most_phases = 10;
constexpr std::size_t most_discounts = 20;

Json or_default(const Json& params, const char* name, const Json& otherwise) {
  return has(params, name) ? params.at(name) : otherwise;
}

// --- discounts

Json read_discounts(store::Transaction& tx, const Json& params, const NewPhases& wanted,
                    const std::string& currency, const Place& place) {
  Json discounts = Json::array();
  if (!has(params, "discounts")) return discounts;
  const std::string list = place.of("discounts");
  if (params.at("discounts").size() > most_discounts) {
    throw api::too_many_items(list, most_discounts);
  }
  for (const Json& entry : params.at("discounts")) {
    const std::string param = list + "[" + std::to_string(discounts.size()) + "]";
    if (const auto id = maybe_text(entry, "discount")) {
      (void)api::require_param(tx, "discount", *id, under(param, "discount"));
    } else {
      (void)require_redeemable(tx, entry, {.customer = wanted.customer, .currency = currency},
                               param);
    }
    discounts.push_back({{"coupon", entry.value("coupon", Json())},
                         {"discount", entry.value("discount", Json())},
                         {"promotion_code", entry.value("promotion_code", Json())}});
  }
  return discounts;
}

// --- items

Json read_item(store::Transaction& tx, const Json& params, const NewPhases& wanted,
               std::string& currency, const Place& place) {
  const store::Document price = item_price(tx, params, place.name(), currency);
  if (currency.empty()) currency = text(*price, "currency");
  const Json probe = make_item(tx, {{"id", "sub_sched"}}, price, params, place.name());
  Json item = {{"billing_thresholds", probe.at("billing_thresholds")},
               {"discounts", read_discounts(tx, params, wanted, currency, place)},
               {"metadata", probe.at("metadata")},
               {"plan", price.id()},
               {"price", price.id()},
               {"tax_rates", read_tax_rates(tx, params.value("tax_rates", Json()),
                                            place.of("tax_rates"), most_line_tax_rates)}};
  if (probe.contains("quantity")) item["quantity"] = probe.at("quantity");
  return item;
}

// The rules between items are those of a subscription.
void check_together(store::Transaction& tx, const Json& items, const Json& mode) {
  Json data = Json::array();
  for (const Json& item : items) {
    data.push_back({{"price", *tx.find("price", text(item, "price"))}});
  }
  check_items({{"billing_mode", mode}, {"items", {{"data", std::move(data)}}}});
}

Json read_items(store::Transaction& tx, const Json& params, const NewPhases& wanted,
                std::string& currency, const Place& place) {
  Json items = Json::array();
  const Place list = place.in("items");
  if (!has(params, "items") || params.at("items").empty()) {
    throw api::missing_parameter(list.name());
  }
  for (const Json& entry : params.at("items")) {
    items.push_back(read_item(tx, entry, wanted, currency, list.at(items.size())));
  }
  check_together(tx, items, wanted.mode);
  return items;
}

Json read_bound(const Json& params, const char* bound, const char* otherwise) {
  const Json& given = at_path(params, {"period", bound});
  if (given.is_null()) return {{"type", otherwise}};
  Json read = {{"type", given.at("type")}};
  if (has(given, "timestamp")) read["timestamp"] = given.at("timestamp");
  return read;
}

Json read_added_items(store::Transaction& tx, const Json& params, const NewPhases& wanted,
                      const std::string& currency, const Place& place) {
  Json items = Json::array();
  if (!has(params, "add_invoice_items")) return items;
  const Place list = place.in("add_invoice_items");
  for (const Json& entry : params.at("add_invoice_items")) {
    const Place at = list.at(items.size());
    if (!has(entry, "price") && !has(entry, "price_data")) {
      throw api::missing_parameter(at.of("price"));
    }
    Json cost_params = entry;
    if (has(entry, "price")) cost_params["pricing"] = {{"price", entry.at("price")}};
    const ItemCost cost = read_item_cost(tx, cost_params, currency);
    items.push_back({{"discountable", entry.value("discountable", Json())},
                     {"discounts", read_discounts(tx, entry, wanted, currency, at)},
                     {"metadata", or_default(entry, "metadata", Json::object())},
                     // Stripe: the defaults of the period are those of the item's own (types).
                     {"period",
                      {{"end", read_bound(entry, "end", "min_item_period_end")},
                       {"start", read_bound(entry, "start", "max_item_period_start")}}},
                     {"price", cost.pricing.at("price_details").at("price")},
                     {"quantity", or_default(entry, "quantity", 1)},
                     {"tax_rates", read_tax_rates(tx, entry.value("tax_rates", Json()),
                                                  at.of("tax_rates"), most_line_tax_rates)}});
  }
  return items;
}

// --- dates

std::optional<Seconds> read_date(const Json& params, const char* name, Seconds now) {
  if (!has(params, name)) return std::nullopt;
  return params.at(name) == "now" ? now : params.at(name).get<Seconds>();
}

Seconds after_duration(const Json& duration, Seconds start, const Place& place) {
  const auto count = maybe_integer(duration, "interval_count").value_or(1);
  if (count < 1) throw api::at_least(place.of("duration[interval_count]"), 1);
  return billing::boundary(
      start, read_recurrence({{"interval", duration.at("interval")}, {"interval_count", count}}),
      1);
}

constexpr std::int64_t most_intervals = 1200;  // more than any subscription lives

// Guess: a phase without an end lasts one interval of its first price, as with `iterations` of old.
Seconds after_intervals(const store::Transaction& tx, const Json& phase, Seconds start,
                        std::int64_t count) {
  const store::Document price = tx.find("price", text(phase.at("items").at(0), "price"));
  return billing::boundary(start, read_recurrence(price->at("recurring")),
                           static_cast<int>(std::min(count, most_intervals)));
}

void set_dates(const store::Transaction& tx, Json& phase, const Json& params, const Json* next,
               Seconds start, const Place& place) {
  if (has(params, "duration") && has(params, "end_date")) {
    throw api::only_one_of({place.of("duration"), place.of("end_date")});
  }
  std::optional<Seconds> end = read_date(params, "end_date", tx.now());
  if (has(params, "duration")) end = after_duration(params.at("duration"), start, place);
  // Of older versions: so many intervals of the first price.
  if (const auto iterations = maybe_integer(params, "_iterations")) {
    if (*iterations < 1) throw api::at_least(place.of("iterations"), 1);
    end = after_intervals(tx, phase, start, *iterations);
  }
  if (!end && next != nullptr) end = read_date(*next, "start_date", tx.now());
  phase["start_date"] = start;
  phase["end_date"] = end.value_or(0);
  if (!end) phase["end_date"] = after_intervals(tx, phase, start, 1);
  if (integer(phase, "end_date") <= start) {
    throw api::invalid_request("The end date of a phase must be later than its start date.",
                               place.of("end_date"));
  }
}

void set_trial(Json& phase, const Json& params, const Place& place) {
  const bool whole = maybe_boolean(params, "trial");
  if (whole && has(params, "trial_end")) {
    throw api::only_one_of({place.of("trial"), place.of("trial_end")});
  }
  if (whole) phase["trial_end"] = phase.at("end_date");
  if (has(params, "trial_end") && params.at("trial_end") != "now") {
    const Seconds end = integer(params, "trial_end");
    if (end <= integer(phase, "start_date") || end > integer(phase, "end_date")) {
      throw api::invalid_request("The trial must end inside its phase.", place.of("trial_end"));
    }
    phase["trial_end"] = end;
  }
  if (has(phase, "trial_end") && maybe_text(params, "billing_cycle_anchor") == "phase_start") {
    // Stripe: not with a trial (types); the sentence is a guess.
    throw api::invalid_request(
        "`billing_cycle_anchor` cannot be `phase_start` if the phase specifies a trial.",
        place.of("billing_cycle_anchor"));
  }
}

// --- settings that phases and default_settings share

Json read_invoice_settings(const Json& params, Json settings) {
  const Json defaults = {{"account_tax_ids", nullptr}, {"custom_fields", nullptr},
                         {"days_until_due", nullptr},  {"description", nullptr},
                         {"footer", nullptr},          {"issuer", {{"type", "self"}}}};
  if (settings.is_null()) settings = defaults;
  if (has(params, "invoice_settings")) settings.update(params.at("invoice_settings"), true);
  return settings;
}

Json read_automatic_tax(const Json& params) {
  const bool enabled = boolean(params.at("automatic_tax"), "enabled");
  return {{"disabled_reason", nullptr},
          {"enabled", enabled},
          {"liability", enabled ? Json({{"type", "self"}}) : Json()}};
}

void refuse_connect(const Json& params) {
  for (const char* name : {"application_fee_percent", "on_behalf_of", "transfer_data"}) {
    if (has(params, name)) {
      throw api::not_implemented(std::string("a subscription schedule with `") + name + "`");
    }
  }
}

void check_collection(const Json& params, const Place& place) {
  const auto method = maybe_text(params, "collection_method");
  const Json& days = at_path(params, {"invoice_settings", "days_until_due"});
  if (method == "charge_automatically" && !days.is_null()) {
    throw api::invalid_request(
        "You can only specify 'days_until_due' if invoice collection method is 'send_invoice'.",
        place.of("invoice_settings[days_until_due]"));
  }
}

// Fields that are taken as they are.
void set_plain_settings(store::Transaction& tx, Json& settings, const Json& params,
                        const std::string& customer, const Place& place) {
  refuse_connect(params);
  check_collection(params, place);
  for (const char* name : {"billing_cycle_anchor", "collection_method", "description"}) {
    if (has(params, name)) settings[name] = params.at(name);
  }
  if (has(params, "default_payment_method")) {
    settings["default_payment_method"] =
        attached_payment_method(tx, params, customer, place.name());
  }
  if (has(params, "automatic_tax")) settings["automatic_tax"] = read_automatic_tax(params);
  if (params.contains("billing_thresholds")) {
    settings["billing_thresholds"] = read_thresholds(params);
  }
}

Json read_phase(store::Transaction& tx, const Json& params, const NewPhases& wanted,
                std::string& currency, const Place& place) {
  if (has(params, "currency")) currency = text(params, "currency");
  Json phase = {{"add_invoice_items", Json::array()},
                {"application_fee_percent", nullptr},
                {"billing_cycle_anchor", nullptr},
                {"billing_thresholds", nullptr},
                {"collection_method", nullptr},
                {"default_payment_method", nullptr},
                {"description", nullptr},
                {"invoice_settings", nullptr},
                {"on_behalf_of", nullptr},
                {"transfer_data", nullptr},
                {"trial_end", nullptr}};
  phase["items"] = read_items(tx, params, wanted, currency, place);
  phase["currency"] = currency;
  phase["add_invoice_items"] = read_added_items(tx, params, wanted, currency, place);
  set_plain_settings(tx, phase, params, wanted.customer, place);
  if (has(params, "invoice_settings")) {
    phase["invoice_settings"] = read_invoice_settings(params, nullptr);
  }
  phase["default_tax_rates"] =
      read_tax_rates(tx, params.value("default_tax_rates", Json()), place.of("default_tax_rates"),
                     most_default_tax_rates);
  phase["discounts"] = read_discounts(tx, params, wanted, currency, place);
  phase["metadata"] = or_default(params, "metadata", Json::object());
  phase["proration_behavior"] = or_default(params, "proration_behavior", "create_prorations");
  return phase;
}

Json ids_of(const Json& objects) {
  Json ids = Json::array();
  for (const Json& object : objects) ids.push_back(object.at("id"));
  return ids;
}

Json given_discounts(const Json& discounts) {
  Json given = Json::array();
  for (const Json& entry : discounts) {
    Json one = Json::object();
    for (const auto& [name, value] : entry.items()) {
      if (!value.is_null()) one[name] = value;
    }
    given.push_back(std::move(one));
  }
  return given;
}

Json item_params(const Json& item) {
  Json params = {{"price", item.at("price")}, {"metadata", item.at("metadata")}};
  if (item.contains("quantity")) params["quantity"] = item.at("quantity");
  if (has(item, "billing_thresholds")) params["billing_thresholds"] = item.at("billing_thresholds");
  params["tax_rates"] = ids_of(item.at("tax_rates"));
  params["discounts"] = given_discounts(item.at("discounts"));
  return params;
}

// The phase's own setting, else the schedule's.
const Json& setting(const Json& schedule, const Json& phase, const char* name) {
  static const Json none = nullptr;
  if (has(phase, name)) return phase.at(name);
  const Json& defaults = schedule.at("default_settings");
  return has(defaults, name) ? defaults.at(name) : none;
}

Json bound_params(const Json& phase, const Json& bound) {
  const std::string& type = text(bound, "type");
  if (type == "phase_start") return {{"type", "timestamp"}, {"timestamp", phase.at("start_date")}};
  if (type == "phase_end") return {{"type", "timestamp"}, {"timestamp", phase.at("end_date")}};
  return bound;
}

}  // namespace

Json read_phases(store::Transaction& tx, const NewPhases& wanted) {
  if (wanted.params.size() > most_phases) {
    throw api::invalid_request(
        "A subscription schedule can have at most 10 current and future "
        "phases.",
        "phases");
  }
  Json phases = Json::array();
  std::string currency;
  Seconds start = wanted.start;
  for (std::size_t i = 0; i < wanted.params.size(); ++i) {
    const Json& params = wanted.params[i];
    const Json* next = i + 1 < wanted.params.size() ? &wanted.params[i + 1] : nullptr;
    const Place place("phases[" + std::to_string(i) + "]");
    const Seconds begins = read_date(params, "start_date", tx.now()).value_or(start);
    if (i > 0 && begins != start) {
      throw api::invalid_request(
          "The start date of a phase must be the end date of the phase before it.",
          place.of("start_date"));
    }
    Json phase = read_phase(tx, params, wanted, currency, place);
    set_dates(tx, phase, params, next, begins, place);
    set_trial(phase, params, place);
    start = integer(phase, "end_date");
    phases.push_back(std::move(phase));
  }
  return phases;
}

Json phase_of(const Json& subscription) {
  const billing::Period period = period_of(subscription);
  Json items = Json::array();
  for (const Json& item : subscription.at("items").at("data")) {
    Json copy = {{"billing_thresholds", item.at("billing_thresholds")},
                 {"discounts", Json::array()},
                 {"metadata", item.at("metadata")},
                 {"plan", item.at("price").at("id")},
                 {"price", item.at("price").at("id")},
                 {"tax_rates", item.value("tax_rates", Json::array())}};
    if (item.contains("quantity")) copy["quantity"] = item.at("quantity");
    for (const Json& id : item.at("discounts")) {
      copy["discounts"].push_back(
          {{"coupon", nullptr}, {"discount", id}, {"promotion_code", nullptr}});
    }
    items.push_back(std::move(copy));
  }
  Json discounts = Json::array();
  for (const Json& id : subscription.at("discounts")) {
    discounts.push_back({{"coupon", nullptr}, {"discount", id}, {"promotion_code", nullptr}});
  }
  const auto cancel_at = maybe_integer(subscription, "cancel_at");
  const bool trial = text(subscription, "status") == "trialing";
  return {{"add_invoice_items", Json::array()},
          {"application_fee_percent", nullptr},
          {"automatic_tax", subscription.at("automatic_tax")},
          {"billing_cycle_anchor", nullptr},
          {"billing_thresholds", subscription.at("billing_thresholds")},
          {"collection_method", subscription.at("collection_method")},
          {"currency", subscription.at("currency")},
          {"default_payment_method", subscription.at("default_payment_method")},
          {"default_tax_rates", subscription.value("default_tax_rates", Json::array())},
          {"description", subscription.at("description")},
          {"discounts", std::move(discounts)},
          // Stripe: a subscription that ends has its end as the phase's.
          {"end_date", cancel_at ? *cancel_at : period.end},
          {"invoice_settings", nullptr},
          {"items", std::move(items)},
          {"metadata", Json::object()},
          {"on_behalf_of", nullptr},
          {"proration_behavior", "create_prorations"},
          // Stripe: the start of the current period, not that of the subscription.
          {"start_date", period.start},
          {"transfer_data", nullptr},
          {"trial_end", trial ? subscription.at("trial_end") : Json()}};
}

Json read_default_settings(store::Transaction& tx, const Json& params, const std::string& customer,
                           const Json& before) {
  Json settings = before;
  if (settings.is_null()) {
    settings = {{"application_fee_percent", nullptr},
                {"automatic_tax",
                 {{"disabled_reason", nullptr}, {"enabled", false}, {"liability", nullptr}}},
                {"billing_cycle_anchor", "automatic"},
                {"billing_thresholds", nullptr},
                {"collection_method", "charge_automatically"},
                {"default_payment_method", nullptr},
                {"description", nullptr},
                {"invoice_settings", read_invoice_settings(Json::object(), nullptr)},
                {"on_behalf_of", nullptr},
                {"transfer_data", nullptr}};
  }
  if (!has(params, "default_settings")) return settings;
  const Json& given = params.at("default_settings");
  set_plain_settings(tx, settings, given, customer, Place("default_settings"));
  settings["invoice_settings"] = read_invoice_settings(given, settings.at("invoice_settings"));
  return settings;
}

Json subscription_params(const Json& schedule, const Json& phase) {
  Json params = {{"default_tax_rates", ids_of(phase.at("default_tax_rates"))},
                 {"metadata", phase.at("metadata")},
                 {"discounts", given_discounts(phase.at("discounts"))}};
  params["items"] = Json::array();
  for (const Json& item : phase.at("items")) params["items"].push_back(item_params(item));
  for (const char* name : {"billing_thresholds", "collection_method", "default_payment_method",
                           "description", "automatic_tax"}) {
    const Json& value = setting(schedule, phase, name);
    if (!value.is_null()) params[name] = value;
  }
  Json invoice_settings = setting(schedule, phase, "invoice_settings");
  if (invoice_settings.is_object()) {
    const Json days = invoice_settings.value("days_until_due", Json());
    invoice_settings.erase("days_until_due");
    params["invoice_settings"] = std::move(invoice_settings);
    if (maybe_text(params, "collection_method") == "send_invoice") {
      // Guess: without days_until_due the invoice is due after thirty days.
      params["days_until_due"] = days.is_null() ? Json(30) : days;
    }
  }
  return params;
}

Json added_item_params(const Json& phase) {
  Json items = Json::array();
  for (const Json& item : phase.at("add_invoice_items")) {
    Json params = {{"price", item.at("price")},
                   {"quantity", item.at("quantity")},
                   {"metadata", item.at("metadata")},
                   {"tax_rates", ids_of(item.at("tax_rates"))},
                   {"discounts", given_discounts(item.at("discounts"))},
                   {"period",
                    {{"end", bound_params(phase, item.at("period").at("end"))},
                     {"start", bound_params(phase, item.at("period").at("start"))}}}};
    if (has(item, "discountable")) params["discountable"] = item.at("discountable");
    items.push_back(std::move(params));
  }
  return items;
}

}  // namespace okapi::engine
