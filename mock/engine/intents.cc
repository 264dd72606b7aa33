#include "engine/intents.h"

#include "api/error.h"
#include "base/text.h"
#include "engine/bank_debits.h"
#include "engine/checkout/completion.h"
#include "engine/collection.h"
#include "engine/confirmation_tokens.h"
#include "engine/payment_methods.h"
#include "engine/payments.h"
#include "engine/pending_setup.h"

namespace okapi::engine {
namespace {

constexpr const char* setup_kind = "setup_intent";

api::ApiError missing_method(const store::Document& intent) {
  const bool setup = intent.kind() == setup_kind;
  std::string message = concat(
      "You cannot confirm this ", setup ? "SetupIntent" : "PaymentIntent",
      " because it's missing a payment method. You can either update the ",
      setup ? "SetupIntent" : "PaymentIntent",
      " with a payment method and then confirm it again, or confirm it again directly with a "
      "payment method or ConfirmationToken.");
  if (const auto customer = maybe_text(*intent, "customer")) {
    message +=
        concat(" To confirm the ", setup ? "SetupIntent" : "PaymentIntent", " with ", *customer,
               ", specify a payment method attached to this customer along with the "
               "customer ID.");
  }
  return unexpected_state(intent, message);
}

store::Document method_of(store::Transaction& tx, const store::Document& intent,
                          const ConfirmRequest& request) {
  if (request.payment_method) return request.payment_method;
  const auto id = maybe_text(*intent, "payment_method");
  if (!id) throw missing_method(intent);
  return tx.find("payment_method", *id);
}

// Stripe: a debit that was set up has a mandate to refer to.
Json make_mandate(store::Transaction& tx, const Json& method) {
  Json mandate = api::default_object(tx, "mandate");
  const std::string& type = text(method, "type");
  mandate["customer_acceptance"] = {
      {"accepted_at", tx.now()}, {"offline", Json::object()}, {"type", "offline"}};
  mandate["multi_use"] = Json::object();
  mandate["payment_method"] = method.at("id");
  mandate["payment_method_details"] = {{"type", type}, {type, Json::object()}};
  if (type == "sepa_debit") {
    mandate["payment_method_details"][type] = {{"reference", text(mandate, "id")}, {"url", ""}};
  }
  mandate["status"] = "active";
  mandate["type"] = "multi_use";
  return tx.insert(std::move(mandate)).id();
}

void finish_setup(store::Transaction& tx, const store::Document& intent,
                  const store::Document& method) {
  // The customer may have been deleted meanwhile.
  const auto id = maybe_text(*intent, "customer");
  const store::Document customer = id ? tx.find("customer", *id) : store::Document();
  if (customer && !has(*method, "customer")) attach_payment_method(tx, method, customer);
  mark_set_up(tx, method);
  const Json mandate = is_bank_debit(text(*method, "type")) ? make_mandate(tx, *method) : Json();
  const store::Document done = tx.update(intent, [&](Json& edited) {
    edited["mandate"] = mandate;
    edited["last_setup_error"] = nullptr;
    edited["next_action"] = nullptr;
    edited["payment_method"] = method.id();
    edited["status"] = "succeeded";
  });
  tx.emit("setup_intent.succeeded", done);
  finish_pending_setup(tx, done);
  follow_session(tx, done.id());
}

Json tried_card(const Json& method) {
  Json card = {{"network", nullptr}, {"three_d_secure", nullptr}};
  if (has(method, "card")) {
    api::assign_params(card, method.at("card"),
                       {"brand", "checks", "country", "exp_month", "exp_year", "fingerprint",
                        "funding", "last4", "wallet"});
    card["network"] = method.at("card").at("brand");
  }
  return card;
}

store::Document attempt(store::Transaction& tx, const store::Document& intent,
                        const store::Document& method, const char* status) {
  Json made = api::default_object(tx, "setup_attempt");
  made["created"] = tx.now();
  made["customer"] = intent->at("customer");
  made["payment_method"] = method.id();
  const std::string& type = text(*method, "type");
  made["payment_method_details"] = {{type, type == "card" ? tried_card(*method) : Json::object()},
                                    {"type", type}};
  made["setup_intent"] = intent.id();
  made["status"] = status;
  made["usage"] = intent->at("usage");
  const store::Document stored = tx.insert(std::move(made));
  return tx.update(intent, [&](Json& edited) { edited["latest_attempt"] = stored.id(); });
}

[[noreturn]] void fail_setup(store::Transaction& tx, const store::Document& intent,
                             const store::Document& method, api::ApiError refusal) {
  const store::Document tried = attempt(tx, intent, method, "failed");
  refusal.extra["payment_method"] = *method;
  const Json shown = api::error_body(refusal, {}, {}).at("error");
  const store::Document failed = tx.update(tried, [&](Json& edited) {
    edited["last_setup_error"] = shown;
    edited["next_action"] = nullptr;
    edited["payment_method"] = nullptr;
    edited["status"] = "requires_payment_method";
  });
  tx.emit("setup_intent.setup_failed", failed);
  refusal.extra["setup_intent"] = *failed;
  refusal.commits = true;
  throw refusal;
}

api::ApiError authentication_failure(const char* code) {
  api::ApiError refusal = api::card_declined("authentication_required");
  refusal.code = code;
  refusal.message =
      "The provided PaymentMethod has failed authentication. You can provide payment_method_data "
      "or a new PaymentMethod to attempt to fulfill this SetupIntent again.";
  return refusal;
}

store::Document ask_setup(store::Transaction& tx, const store::Document& intent,
                          const store::Document& method, Json action) {
  store::Document asked = tx.update(intent, [&](Json& edited) {
    edited["next_action"] = std::move(action);
    edited["payment_method"] = method.id();
    edited["status"] = "requires_action";
  });
  tx.emit("setup_intent.requires_action", asked);
  return asked;
}

void authenticate_setup(store::Transaction& tx, const store::Document& intent, bool succeeds) {
  const store::Document method = tx.find("payment_method", text(*intent, "payment_method"));
  if (succeeds && needs_verification(tx, method)) mark_verified(tx, method);
  if (succeeds) {
    finish_setup(tx, attempt(tx, intent, method, "succeeded"), method);
    return;
  }
  try {
    fail_setup(tx, intent, method, authentication_failure("setup_intent_authentication_failure"));
  } catch (const api::ApiError&) {
    // What the page that asked shows is the intent, not a refusal.
  }
}

}  // namespace

api::ApiError unexpected_state(const store::Document& intent, std::string message) {
  const bool setup = intent.kind() == setup_kind;
  api::ApiError error = api::invalid_request(
      std::move(message), {},
      setup ? "setup_intent_unexpected_state" : "payment_intent_unexpected_state");
  error.extra[setup ? "setup_intent" : "payment_intent"] = *intent;
  return error;
}

store::Document confirm_payment(store::Transaction& tx, const store::Document& intent,
                                const ConfirmRequest& request) {
  const std::string& status = text(*intent, "status");
  if (status == "succeeded" || status == "canceled" || status == "requires_capture") {
    throw unexpected_state(
        intent,
        status == "succeeded"
            ? "You cannot confirm this PaymentIntent because it has already succeeded after being "
              "previously confirmed."
            : concat("You cannot confirm this PaymentIntent because it has a status of ", status,
                     "."));
  }
  const store::Document method = method_of(tx, intent, request);
  if (request.error_on_requires_action &&
      foresee_payment(tx, method, request.off_session) == PaymentStatus::requires_action) {
    throw api::card_declined("authentication_required");
  }
  const PaymentOutcome outcome =
      confirm_payment_intent(tx, intent.id(), method, request.off_session);
  if (outcome.status == PaymentStatus::declined) throw *outcome.refusal;
  if (outcome.status == PaymentStatus::succeeded) intent_succeeded(tx, intent.id());
  follow_session(tx, intent.id());
  return tx.find("payment_intent", intent.id());
}

store::Document confirm_setup(store::Transaction& tx, const store::Document& intent,
                              const ConfirmRequest& request) {
  const std::string& status = text(*intent, "status");
  if (status == "succeeded" || status == "canceled") {
    throw unexpected_state(intent,
                           concat("You cannot confirm this SetupIntent because it has ",
                                  status == "succeeded" ? "already succeeded." : "been canceled."));
  }
  const store::Document method = method_of(tx, intent, request);
  if (needs_verification(tx, method)) {
    return ask_setup(tx, intent, method, microdeposits_action(*intent, tx.now()));
  }
  const TestCard* card = test_card_of(tx, method);
  if (card != nullptr && card->behavior != CardBehavior::decline_after_attach) {
    if (asks_to_authenticate(tx, method, false)) {
      return ask_setup(tx, intent, method, next_action(*intent));
    }
    if (const auto reason = decline_when_charged(card->behavior)) {
      fail_setup(tx, intent, method, api::card_declined(*reason));
    }
  }
  finish_setup(tx, attempt(tx, intent, method, "succeeded"), method);
  return tx.find(setup_kind, intent.id());
}

void authenticate(store::Transaction& tx, const std::string& id, bool succeeds) {
  const bool setup = id.starts_with("seti_");
  const store::Document intent = api::require(tx, setup ? setup_kind : "payment_intent", id);
  if (text(*intent, "status") != "requires_action") {
    throw unexpected_state(intent, concat("This intent has a status of ", text(*intent, "status"),
                                          ": nobody is asked to authenticate."));
  }
  if (setup) {
    authenticate_setup(tx, intent, succeeds);
    return;
  }
  const PaymentOutcome outcome = authenticate_payment(tx, intent, succeeds);
  if (outcome.status == PaymentStatus::succeeded) intent_succeeded(tx, id);
  follow_session(tx, id);
}

store::Document verify_microdeposits(store::Transaction& tx, const store::Document& intent,
                                     const Json& params) {
  const Json& action = at_path(*intent, {"next_action", "type"});
  if (text(*intent, "status") != "requires_action" || action != "verify_with_microdeposits") {
    throw unexpected_state(intent, concat("This intent has a status of ", text(*intent, "status"),
                                          " and does not wait for micro-deposits."));
  }
  verify_account(tx, tx.find("payment_method", text(*intent, "payment_method")), params);
  if (intent.kind() == setup_kind) {
    authenticate_setup(tx, intent, true);
  } else {
    confirm_payment_intent(tx, intent.id(),
                           tx.find("payment_method", text(*intent, "payment_method")), false);
  }
  return tx.find(intent.kind(), intent.id());
}

Json named_method_types(const Json& params) {
  for (const char* name : {"allowed_payment_method_types", "payment_method_types"}) {
    if (has(params, name)) return params.at(name);
  }
  return {};
}

bool take_method_types(Json& intent, const Json& params) {
  Json types = named_method_types(params);
  if (types.is_null()) return false;
  intent["payment_method_types"] = std::move(types);
  intent["automatic_payment_methods"] = nullptr;
  return true;
}

store::Document read_payment_method(store::Transaction& tx, const Json& params,
                                    const std::string& customer) {
  if (has(params, "payment_method_data")) {
    return create_payment_method(tx, params.at("payment_method_data"), "payment_method_data");
  }
  if (const auto token = maybe_text(params, "confirmation_token")) {
    return use_confirmation_token(tx, *token);
  }
  const auto id = maybe_text(params, "payment_method");
  if (!id) return {};
  store::Document method = require_payment_method(tx, *id, "payment_method");
  const auto owner = maybe_text(*method, "customer");
  if (owner && *owner != customer) {
    throw api::invalid_request(
        concat("The provided PaymentMethod cannot be attached. To reuse a PaymentMethod, you must "
               "attach it to a Customer first. The payment method you provided has already been "
               "attached to a customer."),
        "payment_method");
  }
  return method;
}

}  // namespace okapi::engine
