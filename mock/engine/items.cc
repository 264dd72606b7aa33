#include "engine/items.h"

#include <algorithm>
#include <set>

#include "api/error.h"
#include "api/operation.h"
#include "base/check.h"
#include "engine/discounts.h"
#include "engine/param_name.h"
#include "engine/prices.h"
#include "engine/taxes.h"
#include "engine/terms.h"

namespace okapi::engine {
namespace {

constexpr std::size_t most_items = 20;
// Stripe's docs ask for at least 50 minor units.
constexpr std::int64_t least_threshold = 50;

store::Document named_price(store::Transaction& tx, const Json& params, const std::string& prefix) {
  std::vector<std::string> named;
  for (const char* name : {"price", "price_data", "plan"}) {
    if (has(params, name)) named.push_back(under(prefix, name));
  }
  if (named.size() > 1) throw api::only_one_of(named);
  if (has(params, "price_data")) {
    return create_price(tx, params.at("price_data"), {.prefix = under(prefix, "price_data")});
  }
  if (const auto plan = maybe_text(params, "plan")) {
    store::Document price = tx.find("price", *plan);
    if (!price) throw api::no_such("plan", *plan, prefix.empty() ? "plan" : under(prefix, "plan"));
    return price;
  }
  const auto price = maybe_text(params, "price");
  if (!price) throw api::missing_parameter(under(prefix, "price"));
  return api::require_param(tx, "price", *price, under(prefix, "price"));
}

void check_currency(const store::Transaction& tx, const Json& price, const std::string& currency,
                    const std::string& param) {
  if (find_price_terms(tx, price, currency)) return;
  throw api::invalid_request("The price specified only supports `" + text(price, "currency") +
                                 "`. This doesn't match the expected currency: `" + currency + "`.",
                             param);
}

Json read_item_thresholds(const Json& params, const std::string& prefix, const Json& price) {
  if (!has(params, "billing_thresholds")) return nullptr;
  const std::string param = under(prefix, "billing_thresholds[usage_gte]");
  const auto usage_gte = maybe_integer(params.at("billing_thresholds"), "usage_gte");
  if (!usage_gte) throw api::missing_parameter(param);
  if (*usage_gte < 1) throw api::at_least(param, 1);
  // Stripe: usage thresholds are for metered prices, and not for per-package ones (thresholds).
  if (text(price.at("recurring"), "usage_type") != "metered" || has(price, "transform_quantity")) {
    throw api::invalid_request(
        "Usage thresholds can only be set on items with metered prices that are not priced per "
        "package.",
        param);
  }
  return {{"usage_gte", *usage_gte}};
}

// In units that divide each other: days or months. A week is seven days.
struct Span {
  bool months = false;
  std::int64_t length = 0;
  friend auto operator<=>(const Span&, const Span&) = default;
};

Span span_of(const Json& item) {
  using enum billing::Interval;
  const billing::Recurrence recurrence = read_recurrence(item.at("price").at("recurring"));
  switch (recurrence.interval) {
    case day:
      return {.months = false, .length = recurrence.interval_count};
    case week:
      return {.months = false, .length = 7LL * recurrence.interval_count};
    case month:
      return {.months = true, .length = recurrence.interval_count};
    case year:
      return {.months = true, .length = 12LL * recurrence.interval_count};
  }
  OKAPI_UNREACHABLE();
}

// Stripe: every interval is a multiple of the shortest: 1m + 3m, 1d + 1w, 1d + 3m; not 2m + 3m, not
// 1w + 1m (docs, mixed intervals).
bool is_multiple(Span longer, Span shortest) {
  if (longer.months == shortest.months) return longer.length % shortest.length == 0;
  return shortest == Span{.months = false, .length = 1};
}

void check_intervals(const Json& subscription) {
  std::vector<Span> spans;
  for (const Json& item : subscription.at("items").at("data")) spans.push_back(span_of(item));
  const Span shortest = *std::ranges::min_element(spans);
  for (const Span span : spans) {
    if (span == shortest) continue;
    if (!is_flexible(subscription)) {
      throw api::invalid_request(
          "All prices on a subscription must have the same `recurring.interval` and "
          "`recurring.interval_count`. If you need prices with different billing periods, use "
          "`billing_mode[type]=flexible` or separate subscriptions.");
    }
    if (!is_multiple(span, shortest)) {
      throw api::invalid_request(
          "The billing intervals of all prices on a subscription must be multiples of the shortest "
          "one.");
    }
  }
}

bool has_thresholds(const Json& subscription) {
  if (has(subscription, "billing_thresholds")) return true;
  return std::ranges::any_of(subscription.at("items").at("data"),
                             [](const Json& item) { return has(item, "billing_thresholds"); });
}

}  // namespace

store::Document item_price(store::Transaction& tx, const Json& params, const std::string& prefix,
                           const std::string& currency) {
  store::Document price = named_price(tx, params, prefix);
  const std::string param = under(prefix, has(params, "plan") ? "plan" : "price");
  if (!has(*price, "recurring")) {
    throw api::invalid_request(
        "The price specified is set to `type=one_time` but this field only accepts prices with "
        "`type=recurring`.",
        param);
  }
  if (!boolean(*price, "active")) {
    throw api::invalid_request(
        "The price specified is inactive. This field only accepts active prices.", param);
  }
  if (!currency.empty()) check_currency(tx, *price, currency, param);
  return price;
}

bool is_metered_item(const Json& item) {
  return text(item.at("price").at("recurring"), "usage_type") == "metered";
}

std::int64_t item_quantity(const Json& params, const std::string& prefix, bool metered,
                           std::int64_t otherwise) {
  if (!has(params, "quantity")) return otherwise;
  const std::string param = under(prefix, "quantity");
  if (metered) {
    // Stripe: seen on Checkout; a subscription names its own path (usage-billing, doubt 26).
    std::string message =
        "Quantity should not be specified where usage_type is `metered`. Remove quantity";
    if (!prefix.empty()) message += " from `" + prefix + "`";
    throw api::invalid_request(message, param);
  }
  const std::int64_t quantity = integer(params, "quantity");
  if (quantity < 0) throw api::invalid_non_negative_integer(param);
  return quantity;
}

Json make_item(store::Transaction& tx, const Json& subscription, const store::Document& price,
               const Json& params, const std::string& prefix) {
  Json item = api::default_object(tx, "subscription_item");
  const bool metered = text(price->at("recurring"), "usage_type") == "metered";
  const std::int64_t quantity = item_quantity(params, prefix, metered, 1);
  item["billing_thresholds"] = read_item_thresholds(params, prefix, *price);
  item["metadata"] = Json::object();
  api::merge_metadata(item, params);
  item["plan"] = plan_of(*price);
  item["price"] = *price;
  if (metered) {
    item.erase("quantity");  // Stripe: absent, since usage says how much
  } else {
    item["quantity"] = quantity;
  }
  item["discounts"] = Json::array();
  item["subscription"] = subscription.at("id");
  item["tax_rates"] = Json::array();
  return item;
}

void set_item_terms(store::Transaction& tx, const Json& subscription, Json& item,
                    const Json& params, const std::string& prefix) {
  if (params.contains("tax_rates")) {
    item["tax_rates"] =
        read_tax_rates(tx, params.at("tax_rates"), under(prefix, "tax_rates"), most_line_tax_rates);
  }
  if (!params.contains("discounts")) return;
  item["discounts"] =
      set_discounts(tx,
                    {.customer = text(subscription, "customer"),
                     .currency = text(item.at("price"), "currency"),
                     .subscription = text(subscription, "id"),
                     .subscription_item = text(item, "id"),
                     .announces = true},
                    params.at("discounts"), item.at("discounts"), under(prefix, "discounts"));
}

void set_first_period(const Json& subscription, Json& item, Seconds now) {
  const billing::Period period =
      billing::period_at(integer(subscription, "billing_cycle_anchor"),
                         read_recurrence(item.at("price").at("recurring")), now);
  item["current_period_start"] = now;
  // Stripe: while the trial runs, its end is every item's.
  const bool trial = text(subscription, "status") == "trialing";
  item["current_period_end"] = trial ? integer(subscription, "trial_end") : period.end;
}

void check_items(const Json& subscription) {
  const Json& items = subscription.at("items").at("data");
  if (items.size() > most_items) throw api::too_many_items("items", most_items);
  std::set<std::string> prices;
  for (const Json& item : items) {
    const std::string& price = text(item.at("price"), "id");
    if (!prices.insert(price).second) {
      throw api::invalid_request(
          "Cannot create a Subscription with multiple Subscription Items with the same Price: " +
              price,
          "plan");
    }
  }
  check_intervals(subscription);
}

void check_thresholds_fit(const store::Transaction& tx, const Json& subscription) {
  if (!has(subscription, "billing_thresholds")) return;
  const Json& thresholds = subscription.at("billing_thresholds");
  const auto amount_gte = maybe_integer(thresholds, "amount_gte");
  if (!amount_gte) return;
  if (*amount_gte < least_threshold) {
    throw api::at_least("billing_thresholds[amount_gte]", least_threshold);
  }
  std::int64_t flat = 0;
  bool licensed = false;
  for (const Json& item : subscription.at("items").at("data")) {
    if (!is_metered_item(item)) {
      licensed = true;
      continue;
    }
    const PriceTerms terms =
        price_terms(tx, text(item.at("price"), "id"), text(subscription, "currency"));
    flat += billing::total_of(billing::rate(terms.rate, Decimal()));
  }
  // Stripe: the threshold must exceed the flat rates of the usage items (monitor-usage).
  if (*amount_gte <= flat) {
    throw api::invalid_request(
        "`billing_thresholds[amount_gte]` must be greater than the sum of the flat amounts of the "
        "subscription's usage-based prices.",
        "billing_thresholds[amount_gte]");
  }
  if (licensed && maybe_boolean(thresholds, "reset_billing_cycle_anchor")) {
    throw api::not_implemented(
        "`billing_thresholds[reset_billing_cycle_anchor]` on subscriptions with licensed items");
  }
}

void complete_items(Json& subscription) {
  Json& items = subscription["items"];
  const Json& data = items.at("data");
  items["object"] = "list";
  items["has_more"] = false;
  items["total_count"] = data.size();
  items["url"] = "/v1/subscription_items?subscription=" + text(subscription, "id");
  // Stripe: still sent when there is exactly one item (recorded), though the types leave them out.
  subscription.erase("plan");
  subscription.erase("quantity");
  if (data.size() != 1) return;
  subscription["plan"] = data[0].at("plan");
  if (data[0].contains("quantity")) subscription["quantity"] = data[0].at("quantity");
}

void sync_items(store::Transaction& tx, const store::Document& subscription) {
  for (const store::Document& known :
       tx.where("okapi.subscription_item", "subscription", subscription.id())) {
    if (find_item(*subscription, known.id()) == nullptr) tx.erase(known);
  }
  for (const Json& item : subscription->at("items").at("data")) {
    const std::string& id = text(item, "id");
    if (tx.find("okapi.subscription_item", id)) continue;
    tx.insert(
        {{"id", id}, {"object", "okapi.subscription_item"}, {"subscription", subscription.id()}});
  }
  const store::Document thresholds = tx.find("okapi.thresholds", subscription.id());
  if (has_thresholds(*subscription) && !thresholds) {
    tx.insert({{"id", subscription.id()},
               {"object", "okapi.thresholds"},
               {"customer", subscription->at("customer")}});
  } else if (thresholds && !has_thresholds(*subscription)) {
    tx.erase(thresholds);
  }
}

store::Document subscription_of_item(const store::Transaction& tx, std::string_view item) {
  const store::Document known = tx.find("okapi.subscription_item", item);
  return known ? tx.find("subscription", text(*known, "subscription")) : store::Document();
}

const Json* find_item(const Json& subscription, std::string_view item) {
  for (const Json& each : subscription.at("items").at("data")) {
    if (text(each, "id") == item) return &each;
  }
  return nullptr;
}

}  // namespace okapi::engine
