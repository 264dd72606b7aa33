#include "engine/charges.h"

#include <utility>

#include "api/operation.h"
#include "base/text.h"
#include "billing/currency.h"
#include "engine/payment_methods.h"

namespace okapi::engine {
namespace {

// Stripe: fees of a US account, 2.9 % + 30, rounded half up (nine recorded amounts).
std::int64_t fee_of(std::int64_t amount) {
  return round_fraction(amount, 29, 1000, Rounding::half_away_from_zero) + 30;
}

std::string charge_transaction(store::Transaction& tx, const Json& charge) {
  const std::int64_t amount = integer(charge, "amount_captured");
  const std::int64_t fee = fee_of(amount);
  const Seconds created = payment_time(tx, charge);
  const bool at_once = maybe_boolean(charge, "_available_at_once");
  Json transaction = api::default_object(tx, "balance_transaction");
  transaction.update({{"amount", amount},
                      // Recorded: midnight UTC, seven days later.
                      {"available_on", at_once ? created : created - created % day + 7 * day},
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
                      {"status", at_once ? "available" : "pending"},
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
  const std::string decline_code = maybe_text(refusal.extra, "decline_code").value_or(refusal.code);
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

Json details_of(const Json& payment_method, std::int64_t amount) {
  const std::string& type = text(payment_method, "type");
  if (type == "card") return card_details(payment_method, amount);
  if (type == "customer_balance") return {{type, Json::object()}, {"type", type}};
  Json details = payment_method.at(type);
  for (const char* name :
       {"financial_connections_account", "generated_from", "networks", "status_details"}) {
    details.erase(name);
  }
  details[type == "us_bank_account" ? "payment_reference" : "mandate"] = nullptr;
  return {{type, std::move(details)}, {"type", type}};
}

// Stripe: what the test cards for Radar are charged with (docs, testing).
Json outcome_of(const TestCard* card) {
  Json outcome = approved_outcome();
  const std::string_view name = card == nullptr ? std::string_view() : card->name;
  if (name == "riskLevelHighest") outcome.update({{"risk_level", "highest"}, {"risk_score", 90}});
  if (name == "riskLevelElevated") outcome.update({{"risk_level", "elevated"}, {"risk_score", 65}});
  return outcome;
}

// A charge that has come to nothing yet.
Json new_charge(store::Transaction& tx, const Json& intent, const store::Document& payment_method) {
  const std::int64_t amount = integer(intent, "amount");
  const TestCard* card = test_card_of(tx, payment_method);
  Json charge = api::default_object(tx, "charge");
  charge.update({{"amount", amount},
                 {"amount_captured", 0},
                 {"amount_refunded", 0},
                 {"balance_transaction", nullptr},
                 {"billing_details", payment_method->at("billing_details")},
                 {"calculated_statement_descriptor", "OKAPI"},
                 {"captured", false},
                 {"created", payment_time(tx, intent)},
                 {"currency", intent.at("currency")},
                 {"customer", intent.at("customer")},
                 {"description", intent.at("description")},
                 {"disputed", false},
                 {"failure_code", nullptr},
                 {"failure_message", nullptr},
                 {"fraud_details", Json::object()},
                 {"metadata", intent.at("metadata")},
                 {"outcome", outcome_of(card)},
                 {"paid", false},
                 {"payment_intent", intent.at("id")},
                 {"payment_method", payment_method.id()},
                 {"payment_method_details", details_of(*payment_method, amount)},
                 {"radar_options", Json::object()},
                 // Differs: there is no receipt to look at, so no address that would not answer.
                 {"receipt_url", nullptr},
                 {"refunded", false},
                 {"status", "pending"}});
  charge["_manual"] = text(intent, "capture_method") == "manual";
  charge["_available_at_once"] = card != nullptr && card->name == "bypassPending";
  return charge;
}

void fail(Json& charge, const api::ApiError& refusal) {
  charge["amount_captured"] = 0;
  charge["captured"] = false;
  charge["failure_code"] = refusal.code;
  charge["failure_message"] = refusal.message;
  charge["outcome"] = declined_outcome(refusal);
  charge["status"] = "failed";
}

// An authorized charge is paid too, but reaches the balance when it is captured.
void pay(store::Transaction& tx, Json& charge) {
  charge["paid"] = true;
  charge["status"] = "succeeded";
  if (boolean(charge, "_manual")) return;
  charge["amount_captured"] = charge.at("amount");
  charge["captured"] = true;
  charge["balance_transaction"] = charge_transaction(tx, charge);
}

}  // namespace

Seconds payment_time(const store::Transaction& tx, const Json& money) {
  if (const auto charge = maybe_text(money, "charge")) {
    return payment_time(tx, *tx.find("charge", *charge));
  }
  const auto id = maybe_text(money, "customer");
  const store::Document customer = id ? tx.find("customer", *id) : store::Document();
  const bool clocked = customer && has(*customer, "test_clock");
  return clocked ? tx.clock().now() : tx.now();
}

void check_charge_amount(std::int64_t amount, const std::string& currency) {
  if (amount < 1) throw api::at_least("amount", 1);
  const auto money = [&](std::int64_t minor) {
    return billing::price_text(currency, Decimal::from_integer(minor));
  };
  if (const std::int64_t least = billing::minimum_charge(currency); amount < least) {
    throw api::invalid_request(concat("Amount must be at least ", money(least), " ", currency),
                               "amount", "amount_too_small");
  }
  if (amount > billing::maximum_charge) {
    throw api::invalid_request(
        concat("Amount must be no more than ", money(billing::maximum_charge)), "amount",
        "amount_too_large");
  }
}

store::Document make_charge(store::Transaction& tx, const Json& intent,
                            const store::Document& payment_method,
                            const std::optional<api::ApiError>& refusal) {
  Json charge = new_charge(tx, intent, payment_method);
  if (refusal) {
    fail(charge, *refusal);
  } else {
    pay(tx, charge);
  }
  return tx.insert(std::move(charge));
}

store::Document make_pending_charge(store::Transaction& tx, const Json& intent,
                                    const store::Document& payment_method) {
  Json charge = new_charge(tx, intent, payment_method);
  charge["id"] = tx.new_id("py_3", 27);  // Stripe: what is no card payment has this prefix
  charge["amount_captured"] = charge.at("amount");
  charge["captured"] = true;
  return tx.insert(std::move(charge));
}

store::Document settle_charge(store::Transaction& tx, const store::Document& charge,
                              const std::optional<api::ApiError>& refusal) {
  return tx.update(charge, [&](Json& edited) {
    if (refusal) {
      fail(edited, *refusal);
    } else {
      pay(tx, edited);
    }
  });
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
  const Seconds created = payment_time(tx, refund);
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
