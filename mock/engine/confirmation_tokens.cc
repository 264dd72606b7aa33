#include "engine/confirmation_tokens.h"

#include "api/error.h"
#include "api/operation.h"
#include "engine/payment_methods.h"

namespace okapi::engine {
namespace {

constexpr const char* kind = "confirmation_token";
constexpr Seconds life = 12 * hour;  // Stripe: an unused one expires after twelve hours (docs)

// Stripe: the payment method as it will be, without an id of its own.
Json preview_of(const Json& method) {
  Json preview = {{"billing_details", method.at("billing_details")},
                  {"customer", method.at("customer")},
                  {"customer_account", nullptr},
                  {"type", method.at("type")}};
  const std::string& type = text(method, "type");
  preview[type] = method.at(type);
  if (method.contains("allow_redisplay")) {
    preview["allow_redisplay"] = method.at("allow_redisplay");
  }
  return preview;
}

}  // namespace

store::Document create_confirmation_token(store::Transaction& tx, const Json& params) {
  if (has(params, "payment_method") && has(params, "payment_method_data")) {
    throw api::only_one_of({"payment_method", "payment_method_data"});
  }
  store::Document method;
  if (has(params, "payment_method_data")) {
    method = create_payment_method(tx, params.at("payment_method_data"), "payment_method_data");
  } else if (has(params, "payment_method")) {
    method = require_payment_method(tx, text(params, "payment_method"), "payment_method");
  } else {
    throw api::missing_parameter("payment_method");
  }
  Json token = api::default_object(tx, kind);
  token["created"] = tx.now();
  token["expires_at"] = tx.now() + life;
  token["payment_method_preview"] = preview_of(*method);
  token["use_stripe_sdk"] = true;
  api::assign_params(token, params,
                     {"payment_method_options", "return_url", "setup_future_usage", "shipping"});
  token["_payment_method"] = method.id();
  return tx.insert(std::move(token));
}

store::Document use_confirmation_token(store::Transaction& tx, const std::string& id) {
  const store::Document token = api::require_param(tx, kind, id, "confirmation_token");
  if (maybe_boolean(*token, "_used")) {
    throw api::invalid_request("This ConfirmationToken has already been used.",
                               "confirmation_token");
  }
  if (integer(*token, "expires_at") <= tx.now()) {
    throw api::invalid_request("This ConfirmationToken has expired.", "confirmation_token");
  }
  tx.update(token, [](Json& edited) { edited["_used"] = true; });
  return tx.find("payment_method", text(*token, "_payment_method"));
}

}  // namespace okapi::engine
