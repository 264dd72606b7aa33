#include "engine/price_cost.h"

#include <string>
#include <utility>

#include "api/operation.h"

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

}  // namespace

Json Cost::as_option(const Json& tax_behavior) const {
  Json option = {{"custom_unit_amount", custom_unit_amount},
                 {"tax_behavior", tax_behavior},
                 {"unit_amount", unit.integer},
                 {"unit_amount_decimal", unit.decimal}};
  if (!tiers.is_null()) option["tiers"] = tiers;
  return option;
}

Cost read_cost(const Json& params, const Place& place, bool tiered, std::string_view currency) {
  const std::int64_t largest = largest_amount(currency);
  return tiered ? read_tiered_cost(params, place, largest)
                : read_per_unit_cost(params, place, largest);
}

}  // namespace okapi::engine
