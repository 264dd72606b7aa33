#include "engine/payments.h"

#include <utility>

#include "api/operation.h"
#include "base/check.h"
#include "base/text.h"
#include "engine/payment_methods.h"

namespace okapi::engine {
namespace {

// Stripe: payments of customers on test clocks keep the real time (issue stripe-python#1183), here
// the account's own.
Seconds payment_time(const store::Transaction& tx) { return tx.clock().now(); }

// Stripe: fees of a US account, 2.9 % + 30, rounded half up (nine recorded amounts).
std::int64_t fee_of(std::int64_t amount) {
  return round_fraction(amount, 29, 1000, Rounding::half_away_from_zero) + 30;
}

std::string take_balance_transaction(store::Transaction& tx, const Json& charge) {
  const std::int64_t amount = integer(charge, "amount");
  const std::int64_t fee = fee_of(amount);
  const Seconds created = integer(charge, "created");
  Json transaction = api::default_object(tx, "balance_transaction");
  transaction.update({{"amount", amount},
                      // Recorded: midnight UTC, seven days later.
                      {"available_on", created - created % day + 7 * day},
                      {"balance_type", "payments"},
                      {"created", created},
                      {"currency", charge.at("currency")},
                      {"description", charge.at("description")},
                      {"exchange_rate", nullptr},
                      {"fee", fee},
                      {"fee_details", Json::array({{{"amount", fee},
                                                    {"application", nullptr},
                                                    {"currency", charge.at("currency")},
                                                    {"description", "Stripe processing fees"},
                                                    {"type", "stripe_fee"}}})},
                      {"net", amount - fee},
                      {"reporting_category", "charge"},
                      {"source", charge.at("id")},
                      {"status", "pending"},
                      {"type", "charge"}});
  return tx.insert(std::move(transaction)).id();
}

Json approved_outcome() {
  return {{"advice_code", nullptr},
          {"network_advice_code", nullptr},
          {"network_decline_code", nullptr},
          {"network_status", "approved_by_network"},
          {"reason", nullptr},
          {"risk_level", "normal"},
          {"risk_score", 20},
          {"seller_message", "Payment complete."},
          {"type", "authorized"}};
}

Json declined_outcome(const api::ApiError& refusal) {
  const std::string decline_code = text(refusal.extra, "decline_code");
  Json outcome = approved_outcome();
  outcome.update(
      {{"network_status", "declined_by_network"},
       {"reason", decline_code},
       {"seller_message", "The bank did not return any further details with this decline."},
       {"type", "issuer_declined"}});
  api::assign_params(outcome, refusal.extra, {"advice_code", "network_decline_code"});
  if (decline_code == "fraudulent") {
    outcome.update({{"network_status", "not_sent_to_network"},
                    {"reason", "highest_risk_level"},
                    {"risk_level", "highest"},
                    {"risk_score", 90},
                    {"seller_message", "Stripe blocked this payment as too risky."},
                    {"type", "blocked"}});
  }
  return outcome;
}

Json card_details(const Json& payment_method, std::int64_t amount) {
  const Json& card = payment_method.at("card");
  Json details = {
      {"amount_authorized", amount},
      {"authorization_code", nullptr},
      {"electronic_commerce_indicator", nullptr},
      {"extended_authorization", {{"status", "disabled"}}},
      {"incremental_authorization", {{"status", "unavailable"}}},
      {"installments", nullptr},
      {"mandate", nullptr},
      {"multicapture", {{"status", "unavailable"}}},
      {"network", card.at("brand")},
      {"network_token", {{"used", false}}},
      {"network_transaction_id", nullptr},
      {"overcapture", {{"maximum_amount_capturable", amount}, {"status", "unavailable"}}},
      {"three_d_secure", nullptr},
      {"transaction_link_id", nullptr}};
  api::assign_params(details, card,
                     {"brand", "checks", "country", "exp_month", "exp_year", "fingerprint",
                      "funding", "last4", "regulated_status", "wallet"});
  return {{"card", std::move(details)}, {"type", "card"}};
}

// A charge of the whole amount; `refusal` says why it failed, if it did.
store::Document make_charge(store::Transaction& tx, const Json& intent,
                            const store::Document& payment_method,
                            const std::optional<api::ApiError>& refusal) {
  const std::int64_t amount = integer(intent, "amount");
  Json charge = api::default_object(tx, "charge");
  charge.update({{"amount", amount},
                 {"amount_captured", refusal ? 0 : amount},
                 {"amount_refunded", 0},
                 {"balance_transaction", nullptr},
                 {"billing_details", payment_method->at("billing_details")},
                 {"calculated_statement_descriptor", "OKAPI"},
                 {"captured", !refusal},
                 {"created", payment_time(tx)},
                 {"currency", intent.at("currency")},
                 {"customer", intent.at("customer")},
                 {"description", intent.at("description")},
                 {"disputed", false},
                 {"failure_code", nullptr},
                 {"failure_message", nullptr},
                 {"fraud_details", Json::object()},
                 {"metadata", intent.at("metadata")},
                 {"outcome", refusal ? declined_outcome(*refusal) : approved_outcome()},
                 {"paid", !refusal},
                 {"payment_intent", intent.at("id")},
                 {"payment_method", payment_method.id()},
                 {"payment_method_details", card_details(*payment_method, amount)},
                 {"radar_options", Json::object()},
                 // Differs: there is no receipt to look at, so no address that would not answer.
                 {"receipt_url", nullptr},
                 {"refunded", false},
                 {"status", refusal ? "failed" : "succeeded"}});
  if (refusal) {
    charge["failure_code"] = refusal->code;
    charge["failure_message"] = refusal->message;
  } else {
    charge["balance_transaction"] = take_balance_transaction(tx, charge);
  }
  return tx.insert(std::move(charge));
}

PaymentOutcome succeed(store::Transaction& tx, const store::Document& intent,
                       const store::Document& payment_method) {
  const store::Document charge = make_charge(tx, *intent, payment_method, std::nullopt);
  const store::Document updated = tx.update(intent, [&](Json& edited) {
    edited["amount_received"] = edited["amount"];
    edited["last_payment_error"] = nullptr;
    edited["latest_charge"] = charge.id();
    edited["next_action"] = nullptr;
    edited["payment_method"] = payment_method.id();
    edited["status"] = "succeeded";
  });
  tx.emit("charge.succeeded", charge);
  tx.emit("payment_intent.succeeded", updated);
  return {.status = PaymentStatus::succeeded,
          .payment_intent = intent.id(),
          .charge = charge.id(),
          .refusal = std::nullopt};
}

PaymentOutcome decline(store::Transaction& tx, const store::Document& intent,
                       const store::Document& payment_method, api::ApiError refusal) {
  const store::Document charge = make_charge(tx, *intent, payment_method, refusal);
  refusal.extra["charge"] = charge.id();
  refusal.extra["payment_method"] = *payment_method;
  Json shown = api::error_body(refusal, {}, {}).at("error");
  const store::Document updated = tx.update(intent, [&](Json& edited) {
    edited["last_payment_error"] = std::move(shown);
    edited["latest_charge"] = charge.id();
    edited["next_action"] = nullptr;
    edited["payment_method"] = nullptr;
    edited["status"] = "requires_payment_method";
  });
  tx.emit("charge.failed", charge);
  tx.emit("payment_intent.payment_failed", updated);
  refusal.extra["payment_intent"] = *updated;
  refusal.commits = true;  // Stripe: a 402 keeps the failed charge and the state of its intent.
  return {.status = PaymentStatus::declined,
          .payment_intent = intent.id(),
          .charge = charge.id(),
          .refusal = std::move(refusal)};
}

PaymentOutcome ask(store::Transaction& tx, const store::Document& intent,
                   const store::Document& payment_method) {
  const store::Document updated = tx.update(intent, [&](Json& edited) {
    edited["next_action"] = {{"type", "use_stripe_sdk"},
                             {"use_stripe_sdk", {{"type", "stripe_3ds2_fingerprint"}}}};
    edited["payment_method"] = payment_method.id();
    edited["status"] = "requires_action";
  });
  tx.emit("payment_intent.requires_action", updated);
  return {.status = PaymentStatus::requires_action,
          .payment_intent = intent.id(),
          .charge = {},
          .refusal = std::nullopt};
}

std::string setting_of(const Json& object, std::initializer_list<std::string_view> path) {
  const Json& value = at_path(object, path);
  return value.is_string() ? value.get<std::string>() : std::string();
}

}  // namespace

store::Document payment_method_for(const store::Transaction& tx, const Json& invoice) {
  std::string id = setting_of(invoice, {"default_payment_method"});
  const std::string subscription =
      setting_of(invoice, {"parent", "subscription_details", "subscription"});
  if (id.empty() && !subscription.empty()) {
    if (const store::Document found = tx.find("subscription", subscription)) {
      id = setting_of(*found, {"default_payment_method"});
    }
  }
  if (id.empty()) {
    if (const store::Document customer = tx.find("customer", text(invoice, "customer"))) {
      id = setting_of(*customer, {"invoice_settings", "default_payment_method"});
    }
  }
  return id.empty() ? store::Document() : tx.find("payment_method", id);
}

std::string open_payment_intent(store::Transaction& tx, const PaymentRequest& request) {
  Json intent = api::default_object(tx, "payment_intent");
  std::string id = text(intent, "id");
  intent.update(
      {{"amount", request.amount},
       {"amount_capturable", 0},
       {"amount_details", {{"tip", Json::object()}}},
       {"amount_received", 0},
       {"automatic_payment_methods", nullptr},
       {"capture_method", "automatic"},
       {"client_secret", tx.new_id(concat(id, "_secret_"), static_cast<int>(id.size()) + 33)},
       {"confirmation_method", "automatic"},
       {"created", payment_time(tx)},
       {"currency", request.currency},
       {"customer", request.customer},
       {"description", request.description},
       {"metadata", Json::object()},
       {"payment_details",
        {{"customer_reference", nullptr},
         {"order_reference", request.invoice.empty() ? Json() : Json(request.invoice)}}},
       {"payment_method_options",
        {{"card",
          {{"installments", nullptr},
           {"mandate_options", nullptr},
           {"network", nullptr},
           {"request_three_d_secure", "automatic"}}}}},
       {"payment_method_types", Json::array({"card"})},
       {"setup_future_usage", request.setup_future_usage ? Json("off_session") : Json()},
       {"status", "requires_payment_method"}});
  const store::Document opened = tx.insert(std::move(intent));
  tx.emit("payment_intent.created", opened);
  return id;
}

PaymentStatus foresee_payment(const store::Transaction& tx, const store::Document& payment_method,
                              bool off_session) {
  const TestCard* card = test_card_of(tx, payment_method);
  if (card == nullptr) return PaymentStatus::succeeded;
  if (asks_to_authenticate(card->behavior, off_session)) {
    return off_session ? PaymentStatus::declined : PaymentStatus::requires_action;
  }
  return decline_when_charged(card->behavior) ? PaymentStatus::declined : PaymentStatus::succeeded;
}

PaymentOutcome confirm_payment_intent(store::Transaction& tx, const std::string& payment_intent,
                                      const store::Document& payment_method, bool off_session) {
  const store::Document intent = tx.find("payment_intent", payment_intent);
  OKAPI_CHECK(intent && text(*intent, "status") != "succeeded" &&
              text(*intent, "status") != "canceled");
  const TestCard* card = test_card_of(tx, payment_method);
  if (card == nullptr) return succeed(tx, intent, payment_method);
  if (asks_to_authenticate(card->behavior, off_session)) {
    if (!off_session) return ask(tx, intent, payment_method);
    return decline(tx, intent, payment_method, api::card_declined("authentication_required"));
  }
  if (const auto reason = decline_when_charged(card->behavior)) {
    return decline(tx, intent, payment_method, api::card_declined(*reason));
  }
  return succeed(tx, intent, payment_method);
}

void cancel_payment_intent(store::Transaction& tx, const std::string& payment_intent) {
  const store::Document intent = tx.find("payment_intent", payment_intent);
  OKAPI_CHECK(static_cast<bool>(intent));
  const std::string& status = text(*intent, "status");
  if (status == "succeeded" || status == "canceled") return;
  tx.emit("payment_intent.canceled", tx.update(intent, [&](Json& edited) {
    edited["canceled_at"] = payment_time(tx);
    edited["cancellation_reason"] = "void_invoice";
    edited["next_action"] = nullptr;
    edited["status"] = "canceled";
  }));
}

}  // namespace okapi::engine
