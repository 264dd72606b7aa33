#include "engine/prices.h"

#include <array>
#include <utility>

#include "api/error.h"
#include "api/operation.h"
#include "base/check.h"
#include "engine/param_name.h"
#include "engine/price_cost.h"
#include "engine/products.h"
#include "engine/usage_records.h"

namespace okapi::engine {
namespace {

void check_scheme(const Json& params, const Place& place, bool tiered) {
  if (has(params, "tiers") && has(params, "transform_quantity")) {
    throw exclusive(place, "tiers", "transform_quantity");
  }
  if (!tiered) {
    if (!has(params, "tiers_mode")) return;
    throw api::invalid_request("`tiers_mode` may only be given with `billing_scheme=tiered`.",
                               place.of("tiers_mode"));
  }
  if (!has(params, "recurring")) {
    // Stripe: the param really is `interval`, which no request has.
    throw api::invalid_request("Prices with `type=one_time` are not supported with tiered billing.",
                               "interval");
  }
  if (!has(params, "tiers_mode")) throw api::missing_parameter(place.of("tiers_mode"));
  if (has(params, "transform_quantity")) {
    throw exclusive(place, "tiers", "transform_quantity");
  }
}

Json make_transform_quantity(const Json& params, const Place& place) {
  if (!has(params, "transform_quantity")) return {};
  const Json& given = params.at("transform_quantity");
  if (integer(given, "divide_by") < 1) {
    throw api::at_least(place.of("transform_quantity[divide_by]"), 1);
  }
  return {{"divide_by", given.at("divide_by")}, {"round", given.at("round")}};
}

// Stripe: no price recurs less often than every three years.
void check_interval(const Json& recurring, const Place& place) {
  struct Limit {
    std::string_view interval;
    std::string_view adjective;
    std::int64_t most;
  };
  static constexpr std::array<Limit, 4> limits = {{{"day", "daily", 1095},
                                                   {"week", "weekly", 156},
                                                   {"month", "monthly", 36},
                                                   {"year", "yearly", 3}}};
  const std::optional<std::int64_t> count = maybe_integer(recurring, "interval_count");
  if (!count) return;
  const std::string param = place.of("interval_count");
  if (*count < 1) throw api::at_least(param, 1);
  for (const Limit& limit : limits) {
    if (limit.interval != text(recurring, "interval") || *count <= limit.most) continue;
    throw api::invalid_request("The interval_count for " + std::string(limit.adjective) +
                                   " prices can't be greater than " + std::to_string(limit.most),
                               param);
  }
}

void check_meter(const store::Transaction& tx, const Json& recurring, const Place& place,
                 bool by_records) {
  const std::optional<std::string> id = maybe_text(recurring, "meter");
  const bool metered = maybe_text(recurring, "usage_type").value_or("licensed") == "metered";
  if (!id) {
    if (!metered || by_records) return;
    throw api::invalid_request(
        "Starting with Stripe version `2025-03-31.basil`, metered prices must be backed by "
        "meters.");
  }
  const std::string param = place.of("meter");
  if (!metered) {
    throw api::invalid_request("A meter may only be set on prices with `usage_type=metered`.",
                               param);
  }
  const store::Document meter = tx.find("billing.meter", *id);
  if (!meter) throw api::no_such("meter", *id, param);
  if (text(*meter, "status") != "active") {
    throw api::invalid_request("The meter `" + *id + "` is inactive. Reactivate it or use another.",
                               param);
  }
}

Json make_recurring(const store::Transaction& tx, const Json& params, const Place& place) {
  if (!has(params, "recurring")) return {};
  const Json& given = params.at("recurring");
  check_interval(given, place.in("recurring"));
  check_meter(tx, given, place.in("recurring"), has(params, "_aggregate_usage"));
  if (maybe_integer(given, "trial_period_days").value_or(0) < 0) {
    throw api::invalid_non_negative_integer(place.in("recurring").of("trial_period_days"));
  }
  Json recurring = {{"interval", given.at("interval")},
                    {"interval_count", 1},
                    {"meter", nullptr},
                    {"trial_period_days", nullptr},
                    {"usage_type", "licensed"}};
  api::assign_params(recurring, given,
                     {"interval_count", "meter", "trial_period_days", "usage_type"});
  return recurring;
}

std::string product_of(store::Transaction& tx, const Json& params, const PriceRequest& request) {
  if (!request.product.empty()) return request.product;
  const Place place(request.prefix);
  const std::optional<std::string> product = maybe_text(params, "product");
  if (product && has(params, "product_data")) throw exclusive(place, "product", "product_data");
  if (product) {
    if (!tx.find("product", *product)) {
      throw api::no_such("product", *product, place.of("product"));
    }
    return *product;
  }
  if (!has(params, "product_data")) {
    throw api::invalid_request(
        "You must specify either `product` or `product_data` when creating a price.");
  }
  return create_product(tx, params.at("product_data"), place.of("product_data")).id();
}

void add_currency_options(Json& options, const Json& given, const Place& place, const Json& price) {
  const bool tiered = text(price, "billing_scheme") == "tiered";
  for (const auto& [currency, option] : given.items()) {
    const Place here = place.in("currency_options").in(currency);
    // Guess: the price's own currency is fixed by the price itself.
    if (currency == text(price, "currency")) {
      throw api::invalid_request("The price's own currency cannot be given in `currency_options`.",
                                 here.name());
    }
    const Json behavior =
        has(option, "tax_behavior") ? option.at("tax_behavior") : Json("unspecified");
    options[currency] = read_cost(option, here, tiered, currency).as_option(behavior);
  }
}

// The price's own currency and the given ones.
Json make_currency_options(const Json& params, const Place& place, const Json& price,
                           const Cost& cost) {
  Json options = Json::object();
  options[text(price, "currency")] = cost.as_option(price.at("tax_behavior"));
  if (has(params, "currency_options")) {
    add_currency_options(options, params.at("currency_options"), place, price);
  }
  return options;
}

Json make_price(store::Transaction& tx, const Json& params, const PriceRequest& request,
                const Cost& cost) {
  const Place place(request.prefix);
  Json price = api::default_object(tx, "price");
  price.update({{"active", request.active},
                {"billing_scheme", "per_unit"},
                {"created", tx.now()},
                {"currency", text(params, "currency")},
                {"custom_unit_amount", cost.custom_unit_amount},
                {"metadata", Json::object()},
                {"recurring", make_recurring(tx, params, place)},
                {"tax_behavior", "unspecified"},
                {"transform_quantity", make_transform_quantity(params, place)},
                {"type", has(params, "recurring") ? "recurring" : "one_time"},
                {"unit_amount", cost.unit.integer},
                {"unit_amount_decimal", cost.unit.decimal}});
  if (!request.id.empty()) price["id"] = request.id;
  api::assign_params(
      price, params,
      {"active", "billing_scheme", "lookup_key", "nickname", "tax_behavior", "tiers_mode"});
  api::merge_metadata(price, params);
  return price;
}

}  // namespace

store::Document create_price(store::Transaction& tx, const Json& params,
                             const PriceRequest& request) {
  const Place place(request.prefix);
  const std::string product = product_of(tx, params, request);
  const bool tiered = maybe_text(params, "billing_scheme").value_or("per_unit") == "tiered";
  check_scheme(params, place, tiered);
  const Cost cost = read_cost(params, place, tiered, text(params, "currency"));
  Json price = make_price(tx, params, request, cost);
  price["product"] = product;
  if (const std::optional<std::string> key = maybe_text(params, "lookup_key")) {
    take_lookup_key(tx, {.key = *key, .transfer = maybe_boolean(params, "transfer_lookup_key")},
                    text(price, "id"), place.of("lookup_key"));
  }
  // Of a metered price without a meter, which only older API versions make.
  const std::optional<std::string> by_records = maybe_text(params, "_aggregate_usage");
  if (by_records) keep_usage_meter(tx, text(price, "id"), *by_records);
  tx.insert({{"object", "okapi.price_details"},
             {"aggregate_usage", by_records ? Json(*by_records) : Json()},
             {"id", text(price, "id")},
             {"tiers", cost.tiers},
             {"currency_options", make_currency_options(params, place, price, cost)}});
  store::Document created = tx.insert(std::move(price));
  tx.emit("price.created", created);
  if (has(*created, "recurring")) tx.emit("plan.created", tx.insert(plan_of(*created)));
  return created;
}

store::Document price_details(const store::Transaction& tx, std::string_view price_id) {
  store::Document details = tx.find("okapi.price_details", price_id);
  OKAPI_CHECK(static_cast<bool>(details));
  return details;
}

bool update_currency_options(store::Transaction& tx, const store::Document& price,
                             const Json& params) {
  if (!params.contains("currency_options")) return false;
  const Json& given = params.at("currency_options");
  const store::Document before = price_details(tx, price.id());
  const store::Document after = tx.update(before, [&](Json& details) {
    Json& options = details["currency_options"];
    if (given.is_null()) {
      const std::string own = text(*price, "currency");
      const Json kept = options.at(own);
      options = Json::object();
      options[own] = kept;
    } else {
      add_currency_options(options, given, Place({}), *price);
    }
  });
  return !(after == before);
}

void take_lookup_key(store::Transaction& tx, const LookupKey& wanted, std::string_view price_id,
                     std::string_view param) {
  for (const store::Document& holder : tx.where("price", "lookup_key", wanted.key)) {
    if (holder.id() == price_id) continue;
    if (!wanted.transfer) {
      throw api::invalid_request("A price (`" + holder.id() + "`) already uses that lookup key.",
                                 param);
    }
    tx.emit("price.updated", tx.update(holder, [](Json& price) { price["lookup_key"] = nullptr; }));
  }
}

Json plan_of(const Json& price) {
  const Json& recurring = price.at("recurring");
  return {{"object", "plan"},
          {"id", price.at("id")},
          {"active", price.at("active")},
          {"amount", price.at("unit_amount")},
          {"amount_decimal", price.at("unit_amount_decimal")},
          {"billing_scheme", price.at("billing_scheme")},
          {"created", price.at("created")},
          {"currency", price.at("currency")},
          {"interval", recurring.at("interval")},
          {"interval_count", recurring.at("interval_count")},
          {"livemode", price.at("livemode")},
          {"metadata", price.at("metadata")},
          {"meter", recurring.at("meter")},
          {"nickname", price.at("nickname")},
          {"product", price.at("product")},
          {"tiers_mode", price.at("tiers_mode")},
          {"transform_usage", price.at("transform_quantity")},
          {"trial_period_days", recurring.at("trial_period_days")},
          {"usage_type", recurring.at("usage_type")}};
}

void update_plan(store::Transaction& tx, const store::Document& price) {
  const store::Document plan = tx.find("plan", price.id());
  if (!plan) return;
  const store::Document updated = tx.update(plan, [&](Json& edited) { edited = plan_of(*price); });
  if (!(updated == plan)) tx.emit("plan.updated", updated);
}

}  // namespace okapi::engine
