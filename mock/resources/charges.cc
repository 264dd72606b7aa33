// Charges (api-conventions 9.6). Those of PaymentIntents are made by engine/payments; the calls
// that make and capture one directly are the older way, with a token as source.
#include "engine/charges.h"

#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "api/search.h"
#include "base/text.h"
#include "engine/disputes.h"
#include "engine/payment_methods.h"
#include "engine/refunds.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "charge";

void refuse_unsupported(const Json& params) {
  for (const char* name : {"application_fee", "application_fee_amount", "destination",
                           "on_behalf_of", "transfer_data"}) {
    if (has(params, name)) throw api::not_implemented(std::string("a charge with `") + name + "`");
  }
}

std::int64_t required_amount(const Json& params) {
  for (const char* name : {"amount", "currency"}) {
    if (!has(params, name)) throw api::missing_parameter(name);
  }
  const std::int64_t amount = integer(params, "amount");
  const std::string& currency = text(params, "currency");
  engine::check_charge_amount(amount, currency);
  return amount;
}

// The source, else what the customer has by default.
store::Document method_of(api::Context& ctx, const store::Document& customer) {
  if (const auto source = maybe_text(ctx.params, "source")) {
    return engine::require_payment_method(ctx.tx, *source, "source");
  }
  if (!customer) {
    throw api::invalid_request("Must provide source or customer.");
  }
  const Json& id = at_path(*customer, {"invoice_settings", "default_payment_method"});
  if (id.is_string()) return ctx.tx.find("payment_method", id.get<std::string>());
  api::ApiError error =
      api::invalid_request("Cannot charge a customer that has no active card", "card", "missing");
  error.status = 402;
  error.type = "card_error";
  throw error;
}

// Why the bank refuses, if it does. A direct charge cannot ask anybody to authenticate.
std::optional<api::ApiError> refusal_of(const store::Transaction& tx,
                                        const store::Document& method) {
  const engine::TestCard* card = engine::test_card_of(tx, method);
  if (card == nullptr) return std::nullopt;
  if (engine::asks_to_authenticate(tx, method, true)) {
    return api::card_declined("authentication_required");
  }
  const auto reason = engine::decline_when_charged(card->behavior);
  if (!reason) return std::nullopt;
  return api::card_declined(*reason);
}

api::Reply create(api::Context& ctx) {
  const Json& params = ctx.params;
  refuse_unsupported(params);
  const std::int64_t amount = required_amount(params);
  store::Document customer;
  if (const auto id = maybe_text(params, "customer")) {
    customer = api::require_param(ctx.tx, "customer", *id, "customer");
  }
  const store::Document method = method_of(ctx, customer);
  Json holder = {{"metadata", Json::object()}};
  api::merge_metadata(holder, params);
  const bool captures = !has(params, "capture") || boolean(params, "capture");
  // What a PaymentIntent would say of the same payment.
  const Json intent = {{"id", nullptr},
                       {"amount", amount},
                       {"capture_method", captures ? "automatic" : "manual"},
                       {"currency", params.at("currency")},
                       {"customer", customer ? Json(customer.id()) : Json()},
                       {"description", params.value("description", Json())},
                       {"metadata", holder.at("metadata")}};
  std::optional<api::ApiError> refusal = refusal_of(ctx.tx, method);
  const store::Document charge = engine::make_charge(ctx.tx, intent, method, refusal);
  if (!refusal) {
    ctx.tx.emit("charge.succeeded", charge);
    engine::follow_charge(ctx.tx, charge, method);
    return ctx.tx.update(charge, [&](Json& edited) {
      api::assign_params(edited, params,
                         {"receipt_email", "shipping", "statement_descriptor",
                          "statement_descriptor_suffix", "transfer_group"});
    });
  }
  ctx.tx.emit("charge.failed", charge);
  refusal->extra["charge"] = charge.id();
  refusal->commits = true;  // Stripe: a 402 keeps the failed charge
  throw *refusal;
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply update(api::Context& ctx) {
  const store::Document charge = api::require(ctx.tx, kind, ctx.path_id);
  const store::Document updated = ctx.tx.update(charge, [&](Json& edited) {
    api::assign_params(
        edited, ctx.params,
        {"description", "fraud_details", "receipt_email", "shipping", "transfer_group"});
    api::merge_metadata(edited, ctx.params);
  });
  if (!(updated == charge)) ctx.tx.emit("charge.updated", updated);
  return updated;
}

api::Reply capture(api::Context& ctx) {
  refuse_unsupported(ctx.params);
  const store::Document charge = api::require(ctx.tx, kind, ctx.path_id);
  if (boolean(*charge, "captured")) {
    throw api::invalid_request(concat("Charge ", charge.id(), " has already been captured."), {},
                               "charge_already_captured");
  }
  if (has(*charge, "payment_intent")) {
    throw api::invalid_request(
        "This charge was made by a PaymentIntent. Capture the PaymentIntent instead.");
  }
  const std::int64_t left = integer(*charge, "amount") - integer(*charge, "amount_refunded");
  const std::int64_t amount = maybe_integer(ctx.params, "amount").value_or(left);
  if (text(*charge, "status") != "succeeded" || amount < 1 || amount > left) {
    throw api::invalid_request(concat("The amount to capture must be between 1 and the ",
                                      std::to_string(left), " that were authorized."),
                               "amount");
  }
  const store::Document captured = engine::capture_charge(ctx.tx, charge, amount);
  ctx.tx.emit("charge.captured", captured);
  return captured;
}

api::Reply list(api::Context& ctx) { return api::list_by_params(ctx, kind); }

}  // namespace

void register_charges(api::Registry& registry) {
  registry.stored("radar.early_fraud_warnings.list");
  registry.stored("radar.early_fraud_warnings.retrieve");
  registry.bind("charges.create", create);
  registry.bind("charges.retrieve", retrieve);
  registry.bind("charges.update", update);
  registry.bind("charges.capture", capture);
  registry.bind("charges.list", list);
  registry.bind("charges.search", api::search_objects);
  registry.index(kind, "customer");
  registry.index(kind, "payment_intent");
  registry.due(kind, engine::charge_due);
}

}  // namespace okapi::resources
