// PaymentIntents (api-conventions 9.4). What a confirmation does stands in engine/payments.
#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "api/search.h"
#include "base/text.h"
#include "engine/cash_balance.h"
#include "engine/charges.h"
#include "engine/collection.h"
#include "engine/intents.h"
#include "engine/payments.h"
#include "engine/refunds.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "payment_intent";

void refuse_unsupported(const Json& params) {
  for (const char* name : {"application_fee_amount", "on_behalf_of", "transfer_data"}) {
    if (has(params, name)) {
      throw api::not_implemented(std::string("a PaymentIntent with `") + name + "`");
    }
  }
}

std::string customer_of(api::Context& ctx) {
  const auto customer = maybe_text(ctx.params, "customer");
  if (!customer) return {};
  return api::require_param(ctx.tx, "customer", *customer, "customer").id();
}

void set_methods(Json& intent, const Json& params) {
  if (engine::take_method_types(intent, params)) return;
  intent["payment_method_types"] = Json::array({"card"});
  const Json given = params.value("automatic_payment_methods", Json());
  if (given.is_object() && !boolean(given, "enabled")) return;
  // Stripe: since 2023-08-16 automatic where no types are named.
  const std::string redirects =
      given.is_object() ? maybe_text(given, "allow_redirects").value_or("always") : "always";
  intent["automatic_payment_methods"] = {{"allow_redirects", redirects}, {"enabled", true}};
}

void assign_fields(Json& intent, const Json& params) {
  api::assign_params(
      intent, params,
      {"amount", "currency", "description", "receipt_email", "setup_future_usage", "shipping",
       "statement_descriptor", "statement_descriptor_suffix", "transfer_group"});
  api::merge_metadata(intent, params);
  if (has(params, "payment_details"))
    intent["payment_details"].update(params.at("payment_details"));
}

Json line_item(store::Transaction& tx, const Json& given) {
  Json item = api::default_object(tx, "payment_intent_amount_details_line_item");
  api::assign_params(item, given,
                     {"discount_amount", "payment_method_options", "product_code", "product_name",
                      "quantity", "tax", "unit_cost", "unit_of_measure"});
  return item;
}

// Stripe: the tip and the rest stand in the intent, its items are a list of their own.
void set_amount_details(store::Transaction& tx, Json& intent, const Json& params) {
  if (!has(params, "amount_details")) return;
  Json details = params.at("amount_details");
  if (has(details, "line_items")) {
    intent["_line_items"] = Json::array();
    for (const Json& given : details.at("line_items")) {
      intent["_line_items"].push_back(line_item(tx, given));
    }
  }
  details.erase("line_items");
  details.erase("enforce_arithmetic_validation");
  intent["amount_details"].update(details);
}

bool is_off_session(const Json& params) {
  if (!has(params, "off_session")) return false;
  const Json& value = params.at("off_session");
  return !value.is_boolean() || value.get<bool>();
}

// Stripe: a confirmation that may send the customer elsewhere says where to come back to.
void check_return_url(const Json& intent, const Json& params) {
  const Json& redirects = at_path(intent, {"automatic_payment_methods", "allow_redirects"});
  if (redirects != "always" || has(params, "return_url") || is_off_session(params)) return;
  if (has(intent, "_return_url") || maybe_boolean(params, "use_stripe_sdk")) return;
  throw api::invalid_request(
      "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. "
      "Because some of these payment methods might redirect your customer off of your page, you "
      "must provide a `return_url`. If you don't want to accept redirect-based payment methods, "
      "set `automatic_payment_methods[enabled]` to `true` and "
      "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and "
      "Payment Intents.");
}

store::Document confirm_with(api::Context& ctx, const store::Document& intent) {
  check_return_url(*intent, ctx.params);
  const store::Document ready = ctx.tx.update(intent, [&](Json& edited) {
    edited["_base_url"] = ctx.base_url;
    if (const auto url = maybe_text(ctx.params, "return_url")) edited["_return_url"] = *url;
  });
  return engine::confirm_payment(
      ctx.tx, ready,
      {.payment_method = engine::read_payment_method(ctx.tx, ctx.params,
                                                     maybe_text(*intent, "customer").value_or("")),
       .off_session = is_off_session(ctx.params),
       .error_on_requires_action = maybe_boolean(ctx.params, "error_on_requires_action")});
}

api::Reply create(api::Context& ctx) {
  const Json& params = ctx.params;
  refuse_unsupported(params);
  const std::string currency = text(params, "currency");
  engine::check_charge_amount(integer(params, "amount"), currency);
  const std::string customer = customer_of(ctx);
  const std::string id = engine::open_payment_intent(
      ctx.tx, {.customer = customer, .currency = currency, .amount = integer(params, "amount")});
  Json method_params = params;
  const bool confirms = maybe_boolean(params, "confirm");
  const store::Document method =
      confirms ? store::Document() : engine::read_payment_method(ctx.tx, params, customer);
  const store::Document made = ctx.tx.update(ctx.tx.find(kind, id), [&](Json& edited) {
    if (customer.empty()) edited["customer"] = nullptr;
    edited["description"] = nullptr;
    set_methods(edited, params);
    assign_fields(edited, params);
    set_amount_details(ctx.tx, edited, params);
    edited["capture_method"] = maybe_text(params, "capture_method").value_or("automatic_async");
    api::assign_params(edited, params, {"confirmation_method"});
    if (!method) return;
    edited["payment_method"] = method.id();
    edited["status"] = "requires_confirmation";
  });
  if (!confirms) return made;
  return confirm_with(ctx, made);
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply update(api::Context& ctx) {
  refuse_unsupported(ctx.params);
  const store::Document intent = api::require(ctx.tx, kind, ctx.path_id);
  const std::string& status = text(*intent, "status");
  const bool over = status == "succeeded" || status == "canceled" || status == "requires_capture";
  for (const auto& [name, value] : ctx.params.items()) {
    if (!over || name == "metadata" || name == "description") continue;
    throw engine::unexpected_state(
        intent,
        concat("This PaymentIntent's ", name, " could not be updated because it has a status of ",
               status, ". You may only update the ", name,
               " of a PaymentIntent with one of the following statuses: "
               "requires_payment_method, requires_confirmation, requires_action."));
  }
  std::string customer = customer_of(ctx);
  if (customer.empty()) customer = maybe_text(*intent, "customer").value_or("");
  const store::Document method = engine::read_payment_method(ctx.tx, ctx.params, customer);
  return ctx.tx.update(intent, [&](Json& edited) {
    engine::take_method_types(edited, ctx.params);
    assign_fields(edited, ctx.params);
    set_amount_details(ctx.tx, edited, ctx.params);
    if (has(ctx.params, "amount")) {
      engine::check_charge_amount(integer(edited, "amount"), text(edited, "currency"));
    }
    if (has(ctx.params, "customer")) edited["customer"] = customer;
    if (!method) return;
    edited["payment_method"] = method.id();
    if (text(edited, "status") == "requires_payment_method") {
      edited["status"] = "requires_confirmation";
    }
  });
}

api::Reply confirm(api::Context& ctx) {
  return confirm_with(ctx, api::require(ctx.tx, kind, ctx.path_id));
}

api::Reply capture(api::Context& ctx) {
  const store::Document intent = api::require(ctx.tx, kind, ctx.path_id);
  const std::string& status = text(*intent, "status");
  if (status != "requires_capture") {
    throw engine::unexpected_state(
        intent,
        concat("This PaymentIntent could not be captured because it has a status of ", status,
               ". Only a PaymentIntent with a status of requires_capture may be captured."));
  }
  const std::int64_t most = integer(*intent, "amount_capturable");
  const std::int64_t amount = maybe_integer(ctx.params, "amount_to_capture").value_or(most);
  if (amount < 1 || amount > most) {
    throw api::invalid_request(
        concat("The amount_to_capture must be between 1 and the amount_capturable of ",
               std::to_string(most), "."),
        "amount_to_capture");
  }
  const store::Document charge =
      engine::capture_charge(ctx.tx, ctx.tx.find("charge", text(*intent, "latest_charge")), amount);
  const store::Document captured = ctx.tx.update(intent, [&](Json& edited) {
    edited["amount_capturable"] = 0;
    edited["amount_received"] = amount;
    edited["status"] = "succeeded";
    api::merge_metadata(edited, ctx.params);
  });
  ctx.tx.emit("charge.captured", charge);
  ctx.tx.emit("payment_intent.succeeded", captured);
  engine::intent_succeeded(ctx.tx, intent.id());
  return captured;
}

api::Reply cancel(api::Context& ctx) {
  const store::Document intent = api::require(ctx.tx, kind, ctx.path_id);
  const std::string& status = text(*intent, "status");
  if (status == "succeeded" || status == "canceled") {
    throw engine::unexpected_state(
        intent, concat("You cannot cancel this PaymentIntent because it has a status of ", status,
                       ". Only a PaymentIntent with one of the following statuses may be canceled: "
                       "requires_payment_method, requires_capture, requires_confirmation, "
                       "requires_action, processing."));
  }
  if (engine::invoice_of_intent(ctx.tx, intent.id())) {
    throw engine::unexpected_state(
        intent,
        "You cannot cancel this PaymentIntent because it belongs to an invoice. Void the "
        "invoice instead.");
  }
  if (status == "requires_capture") {
    engine::refund_charge(ctx.tx, {.charge = text(*intent, "latest_charge")});
    ctx.tx.update(intent, [](Json& edited) { edited["amount_capturable"] = 0; });
  }
  engine::cancel_payment_intent(ctx.tx, intent.id(),
                                maybe_text(ctx.params, "cancellation_reason").value_or(""));
  return ctx.tx.find(kind, intent.id());
}

api::Reply verify(api::Context& ctx) {
  return engine::verify_microdeposits(ctx.tx, api::require(ctx.tx, kind, ctx.path_id), ctx.params);
}

// Stripe: an authorization may grow while it waits to be captured.
api::Reply increment(api::Context& ctx) {
  refuse_unsupported(ctx.params);
  const store::Document intent = api::require(ctx.tx, kind, ctx.path_id);
  const std::string& status = text(*intent, "status");
  if (status != "requires_capture") {
    throw engine::unexpected_state(
        intent,
        concat("This PaymentIntent could not be incremented because it has a status of ", status,
               ". Only a PaymentIntent with a status of requires_capture may be incremented."));
  }
  const std::int64_t amount = integer(ctx.params, "amount");
  if (amount <= integer(*intent, "amount")) {
    throw api::invalid_request(
        "The amount must be greater than the amount that is authorized already.", "amount");
  }
  ctx.tx.update(ctx.tx.find("charge", text(*intent, "latest_charge")), [&](Json& edited) {
    edited["amount"] = amount;
    edited["payment_method_details"]["card"]["amount_authorized"] = amount;
  });
  const store::Document grown = ctx.tx.update(intent, [&](Json& edited) {
    edited["amount"] = amount;
    edited["amount_capturable"] = amount;
    api::assign_params(edited, ctx.params, {"description", "statement_descriptor"});
    api::merge_metadata(edited, ctx.params);
  });
  ctx.tx.emit("payment_intent.amount_capturable_updated", grown);
  return grown;
}

api::Reply apply_customer_balance(api::Context& ctx) {
  return engine::apply_cash(ctx.tx, api::require(ctx.tx, kind, ctx.path_id), ctx.params);
}

api::Reply list_line_items(api::Context& ctx) {
  const store::Document intent = api::require(ctx.tx, kind, ctx.path_id);
  return api::page_of(ctx, intent->value("_line_items", Json::array()).get<std::vector<Json>>());
}

api::Reply list(api::Context& ctx) { return api::list_by_params(ctx, kind); }

}  // namespace

void register_payment_intents(api::Registry& registry) {
  registry.bind("payment_intents.create", create);
  registry.bind("payment_intents.retrieve", retrieve);
  registry.bind("payment_intents.update", update);
  registry.bind("payment_intents.confirm", confirm);
  registry.bind("payment_intents.capture", capture);
  registry.bind("payment_intents.cancel", cancel);
  registry.bind("payment_intents.list", list);
  registry.bind("payment_intents.apply_customer_balance", apply_customer_balance);
  registry.bind("payment_intents.increment_authorization", increment);
  registry.bind("payment_intents.list_amount_details_line_items", list_line_items);
  registry.bind("payment_intents.verify_microdeposits", verify);
  registry.bind("payment_intents.search", api::search_objects);
  registry.index(kind, "customer");
  registry.due(kind, engine::intent_due);
}

}  // namespace okapi::resources
