#include "engine/prices.h"

#include <array>
#include <utility>
#include <vector>

#include "api/error.h"
#include "api/operation.h"
#include "base/check.h"
#include "engine/param_name.h"
#include "engine/products.h"

namespace okapi::engine {
namespace {

// Guess: the largest amounts and the longest list of tiers are not documented for prices; those of
// charges are taken, eight digits and more where the currency needs them.
constexpr std::int64_t largest_unit_amount = 99'999'999;
constexpr std::int64_t largest_small_unit_amount = 999'999'999'999;
constexpr std::size_t most_tiers = 100;

std::int64_t largest_amount(std::string_view currency) {
  for (const std::string_view small : {"idr", "lbp", "cop", "huf", "jpy", "inr", "krw", "vnd"}) {
    if (currency == small) return largest_small_unit_amount;
  }
  return largest_unit_amount;
}

// Where a hash of parameters stands, so that its members can be named in refusals.
class Place {
 public:
  explicit Place(std::string prefix) : prefix_(std::move(prefix)) {}
  [[nodiscard]] const std::string& name() const { return prefix_; }
  [[nodiscard]] std::string of(std::string_view name) const { return under(prefix_, name); }
  [[nodiscard]] Place in(std::string_view name) const { return Place(of(name)); }
  [[nodiscard]] Place at(std::size_t index) const {
    return Place(prefix_ + "[" + std::to_string(index) + "]");
  }

 private:
  std::string prefix_;
};

// An amount of minor units in the two forms that Stripe shows; both null when none was given.
struct Amount {
  Json integer;
  Json decimal;
  [[nodiscard]] bool given() const { return !decimal.is_null(); }
};

api::ApiError exclusive(const Place& place, std::string_view first, std::string_view second) {
  api::ApiError error = api::only_one_of({std::string(first), std::string(second)});
  error.param = place.of(first);
  return error;
}

// `name` is unit_amount or flat_amount.
Amount read_amount(const Json& params, const std::string& name, const Place& place,
                   std::int64_t largest) {
  const std::string decimal_name = name + "_decimal";
  if (has(params, name) && has(params, decimal_name)) throw exclusive(place, name, decimal_name);
  if (const std::optional<std::int64_t> amount = maybe_integer(params, name)) {
    if (*amount < 0) throw api::invalid_non_negative_integer(place.of(name));
    if (*amount > largest) throw api::at_most(place.of(name), largest);
    return {.integer = *amount, .decimal = std::to_string(*amount)};
  }
  const std::optional<std::string> text = maybe_text(params, decimal_name);
  if (!text) return {};
  const std::optional<Decimal> amount = Decimal::parse(*text);
  if (!amount) throw api::invalid_decimal(place.of(decimal_name), *text);
  if (amount->is_negative()) throw api::negative_decimal(place.of(decimal_name), *text);
  if (*amount > Decimal::from_integer(largest)) {
    throw api::at_most(place.of(decimal_name), largest);
  }
  // Stripe: a fraction of a minor unit leaves the integer form null (decimal-amounts).
  return {.integer = amount->is_integer() ? Json(amount->truncated()) : Json(),
          .decimal = amount->text()};
}

Json make_tier(const Json& params, const Place& place, std::int64_t largest) {
  const Amount unit = read_amount(params, "unit_amount", place, largest);
  const Amount flat = read_amount(params, "flat_amount", place, largest);
  if (!unit.given() && !flat.given()) {
    throw api::invalid_request("An entry in the tiers array is missing an amount.", "amount");
  }
  if (flat.given() && flat.integer.is_null()) {
    throw api::invalid_request("A flat amount must be a whole number of minor units.",
                               place.of("flat_amount_decimal"));
  }
  if (!has(params, "up_to")) throw api::missing_parameter(place.of("up_to"));
  const Json& up_to = params.at("up_to");
  if (up_to.is_number() && up_to.get<std::int64_t>() < 1) {
    throw api::at_least(place.of("up_to"), 1);
  }
  return {{"flat_amount", flat.integer},
          {"flat_amount_decimal", flat.decimal},
          {"unit_amount", unit.integer},
          {"unit_amount_decimal", unit.decimal},
          {"up_to", up_to.is_number() ? up_to : Json()}};
}

// Guess: the texts about order and the open end are unknown; their param is what clients look at.
void check_bounds(const Json& tiers, const Place& place) {
  for (std::size_t i = 0; i + 1 < tiers.size(); ++i) {
    if (!has(tiers[i], "up_to")) {
      throw api::invalid_request("Only the last tier may have `up_to` set to `inf`.",
                                 place.of("tiers"));
    }
    if (i > 0 && integer(tiers[i], "up_to") <= integer(tiers[i - 1], "up_to")) {
      throw api::invalid_request("The `up_to` values of tiers must be in ascending order.",
                                 place.of("tiers"));
    }
  }
  if (has(tiers.back(), "up_to")) {
    throw api::invalid_request("The last tier must have `up_to` set to `inf`.", place.of("tiers"));
  }
}

Json make_tiers(const Json& params, const Place& place, std::int64_t largest) {
  if (!has(params, "tiers") || params.at("tiers").empty()) {
    throw api::missing_parameter(place.of("tiers"));
  }
  if (params.at("tiers").size() > most_tiers) {
    throw api::too_many_items(place.of("tiers"), most_tiers);
  }
  Json tiers = Json::array();
  for (const Json& tier : params.at("tiers")) {
    tiers.push_back(make_tier(tier, place.in("tiers").at(tiers.size()), largest));
  }
  check_bounds(tiers, place);
  return tiers;
}

Json make_custom_unit_amount(const Json& params, const Place& place) {
  if (!has(params, "custom_unit_amount")) return {};
  const Json& given = params.at("custom_unit_amount");
  if (!maybe_boolean(given, "enabled")) {
    throw api::invalid_request("`custom_unit_amount[enabled]` must be true.",
                               place.of("custom_unit_amount[enabled]"));
  }
  Json custom = {{"maximum", nullptr}, {"minimum", nullptr}, {"preset", nullptr}};
  api::assign_params(custom, given, {"maximum", "minimum", "preset"});
  return custom;
}

// What a price costs in one currency; the same fields stand in the price for its own currency.
struct Cost {
  Json custom_unit_amount;
  Json tiers;
  Amount unit;

  [[nodiscard]] Json as_option(const Json& tax_behavior) const {
    Json option = {{"custom_unit_amount", custom_unit_amount},
                   {"tax_behavior", tax_behavior},
                   {"unit_amount", unit.integer},
                   {"unit_amount_decimal", unit.decimal}};
    if (!tiers.is_null()) option["tiers"] = tiers;
    return option;
  }
};

Cost read_tiered_cost(const Json& params, const Place& place, std::int64_t largest) {
  for (const char* amount : {"unit_amount", "unit_amount_decimal", "custom_unit_amount"}) {
    if (has(params, amount)) throw exclusive(place, amount, "tiers");
  }
  return {.custom_unit_amount = {}, .tiers = make_tiers(params, place, largest), .unit = {}};
}

Cost read_per_unit_cost(const Json& params, const Place& place, std::int64_t largest) {
  if (has(params, "tiers")) {
    throw api::invalid_request("`tiers` may only be given with `billing_scheme=tiered`.",
                               place.of("tiers"));
  }
  Cost cost{.custom_unit_amount = make_custom_unit_amount(params, place),
            .tiers = {},
            .unit = read_amount(params, "unit_amount", place, largest)};
  if (cost.unit.given() && !cost.custom_unit_amount.is_null()) {
    throw exclusive(place, has(params, "unit_amount") ? "unit_amount" : "unit_amount_decimal",
                    "custom_unit_amount");
  }
  if (!cost.unit.given() && cost.custom_unit_amount.is_null()) {
    throw api::invalid_request(
        "Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.");
  }
  return cost;
}

Cost read_cost(const Json& params, const Place& place, bool tiered, std::string_view currency) {
  const std::int64_t largest = largest_amount(currency);
  return tiered ? read_tiered_cost(params, place, largest)
                : read_per_unit_cost(params, place, largest);
}

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

void check_meter(const store::Transaction& tx, const Json& recurring, const Place& place) {
  const std::optional<std::string> id = maybe_text(recurring, "meter");
  const bool metered = maybe_text(recurring, "usage_type").value_or("licensed") == "metered";
  if (!id) {
    if (!metered) return;
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
  check_meter(tx, given, place.in("recurring"));
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
  tx.insert({{"object", "okapi.price_details"},
             {"id", text(price, "id")},
             {"tiers", cost.tiers},
             {"currency_options", make_currency_options(params, place, price, cost)}});
  const store::Document created = tx.insert(std::move(price));
  tx.emit("price.created", created);
  if (has(*created, "recurring")) tx.emit("plan.created", tx.insert(plan_of(*created)));
  return created;
}

store::Document price_details(const store::Transaction& tx, std::string_view price_id) {
  const store::Document details = tx.find("okapi.price_details", price_id);
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
