#include "engine/charges.h"

#include <utility>

#include "api/operation.h"
#include "base/text.h"

namespace okapi::engine {
namespace {

// Stripe: fees of a US account, 2.9 % + 30, rounded half up (nine recorded amounts).
std::int64_t fee_of(std::int64_t amount) {
  return round_fraction(amount, 29, 1000, Rounding::half_away_from_zero) + 30;
}

std::string charge_transaction(store::Transaction& tx, const Json& charge) {
  const std::int64_t amount = integer(charge, "amount_captured");
  const std::int64_t fee = fee_of(amount);
  const Seconds created = payment_time(tx);
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

}  // namespace

Seconds payment_time(const store::Transaction& tx) { return tx.clock().now(); }

store::Document make_charge(store::Transaction& tx, const Json& intent,
                            const store::Document& payment_method,
                            const std::optional<api::ApiError>& refusal) {
  const std::int64_t amount = integer(intent, "amount");
  const bool captured = !refusal && text(intent, "capture_method") != "manual";
  Json charge = api::default_object(tx, "charge");
  charge.update({{"amount", amount},
                 {"amount_captured", captured ? amount : 0},
                 {"amount_refunded", 0},
                 {"balance_transaction", nullptr},
                 {"billing_details", payment_method->at("billing_details")},
                 {"calculated_statement_descriptor", "OKAPI"},
                 {"captured", captured},
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
  } else if (captured) {
    charge["balance_transaction"] = charge_transaction(tx, charge);
  }
  return tx.insert(std::move(charge));
}

store::Document capture_charge(store::Transaction& tx, const store::Document& charge,
                               std::int64_t amount) {
  return tx.update(charge, [&](Json& edited) {
    edited["captured"] = true;
    edited["amount_captured"] = amount;
    // Stripe: what is not captured is released, and shown as refunded.
    edited["amount_refunded"] = integer(edited, "amount") - amount;
    edited["balance_transaction"] = charge_transaction(tx, edited);
  });
}

std::string refund_transaction(store::Transaction& tx, const Json& refund) {
  const std::int64_t amount = -integer(refund, "amount");
  const Seconds created = payment_time(tx);
  Json transaction = api::default_object(tx, "balance_transaction");
  transaction.update({{"amount", amount},
                      {"available_on", created - created % day + 7 * day},
                      {"balance_type", "payments"},
                      {"created", created},
                      {"currency", refund.at("currency")},
                      {"description", "REFUND FOR CHARGE"},
                      {"exchange_rate", nullptr},
                      {"fee", 0},
                      {"fee_details", Json::array()},
                      {"net", amount},
                      {"reporting_category", "refund"},
                      {"source", refund.at("id")},
                      {"status", "pending"},
                      {"type", "refund"}});
  return tx.insert(std::move(transaction)).id();
}

}  // namespace okapi::engine
