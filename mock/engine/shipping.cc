#include "engine/shipping.h"

#include "api/currency.h"
#include "api/error.h"
#include "api/operation.h"
#include "engine/param_name.h"

namespace okapi::engine {
namespace {

void check_amount(const Json& amount, const std::string& param) {
  if (integer(amount, "amount") < 0) {
    throw api::invalid_non_negative_integer(under(param, "amount"));
  }
}

}  // namespace

store::Document create_shipping_rate(store::Transaction& tx, const Json& params,
                                     const std::string& prefix) {
  // Stripe: every rate is a fixed amount, so far.
  if (!has(params, "fixed_amount")) throw api::missing_parameter(under(prefix, "fixed_amount"));
  const Json& fixed = params.at("fixed_amount");
  const std::string name = under(prefix, "fixed_amount");
  check_amount(fixed, name);
  Json rate = api::default_object(tx, "shipping_rate");
  rate["active"] = true;
  if (has(params, "delivery_estimate")) {
    rate["delivery_estimate"] = {{"maximum", nullptr}, {"minimum", nullptr}};
    rate["delivery_estimate"].update(params.at("delivery_estimate"));
  }
  rate["display_name"] = params.at("display_name");
  rate["fixed_amount"] = {{"amount", fixed.at("amount")}, {"currency", fixed.at("currency")}};
  if (has(fixed, "currency_options")) {
    for (const auto& [currency, option] : fixed.at("currency_options").items()) {
      check_amount(option, under(name, "currency_options[" + currency + "]"));
      rate["fixed_amount"]["currency_options"][currency] = {
          {"amount", option.at("amount")},
          {"tax_behavior", maybe_text(option, "tax_behavior").value_or("unspecified")}};
    }
  }
  rate["metadata"] = Json::object();
  api::merge_metadata(rate, params);
  rate["tax_behavior"] = maybe_text(params, "tax_behavior").value_or("unspecified");
  rate["tax_code"] = params.value("tax_code", Json());
  rate["type"] = "fixed_amount";
  return tx.insert(std::move(rate));
}

std::int64_t shipping_amount(const Json& rate, const std::string& currency,
                             const std::string& param) {
  const Json& fixed = rate.at("fixed_amount");
  if (text(fixed, "currency") == currency) return integer(fixed, "amount");
  const Json& option = at_path(fixed, {"currency_options", currency, "amount"});
  if (option.is_number()) return option.get<std::int64_t>();
  throw api::invalid_request("The shipping rate has no amount in " + currency + ".", param);
}

Json read_shipping_cost(store::Transaction& tx, const Json& given, const std::string& currency) {
  if (!given.is_object() || given.empty()) return nullptr;
  if (has(given, "shipping_rate") == has(given, "shipping_rate_data")) {
    throw api::only_one_of({"shipping_cost[shipping_rate]", "shipping_cost[shipping_rate_data]"});
  }
  store::Document rate;
  if (has(given, "shipping_rate_data")) {
    rate = create_shipping_rate(tx, given.at("shipping_rate_data"),
                                "shipping_cost[shipping_rate_data]");
  } else {
    rate = api::require_param(tx, "shipping_rate", text(given, "shipping_rate"),
                              "shipping_cost[shipping_rate]");
    if (!boolean(*rate, "active")) {
      throw api::invalid_request("The shipping rate " + rate.id() + " is not active.",
                                 "shipping_cost[shipping_rate]");
    }
  }
  const std::int64_t amount = shipping_amount(*rate, currency, "shipping_cost[shipping_rate]");
  // Guess: tax rates are those of lines; shipping is not taxed.
  return {{"amount_subtotal", amount},
          {"amount_tax", 0},
          {"amount_total", amount},
          {"shipping_rate", rate.id()}};
}

}  // namespace okapi::engine
