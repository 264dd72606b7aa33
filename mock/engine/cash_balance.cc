#include "engine/cash_balance.h"

#include <algorithm>

#include "api/error.h"
#include "api/operation.h"
#include "base/text.h"
#include "engine/charges.h"
#include "engine/collection.h"
#include "engine/intents.h"
#include "engine/payments.h"

namespace okapi::engine {
namespace {

constexpr const char* kind = "cash_balance";
constexpr const char* transaction_kind = "customer_cash_balance_transaction";

Json empty_balance(const std::string& customer) {
  return {{"id", customer},
          {"object", kind},
          {"available", nullptr},
          {"customer", customer},
          {"customer_account", nullptr},
          {"livemode", false},
          {"settings", {{"reconciliation_mode", "automatic"}, {"using_merchant_default", true}}}};
}

store::Document stored_balance(store::Transaction& tx, const std::string& customer) {
  if (store::Document known = tx.find(kind, customer)) return known;
  return tx.insert(empty_balance(customer));
}

std::int64_t available(const Json& balance, const std::string& currency) {
  if (!has(balance, "available")) return 0;
  return maybe_integer(balance.at("available"), currency.c_str()).value_or(0);
}

// Moves the balance and writes what says so.
store::Document write_transaction(store::Transaction& tx, const std::string& customer,
                                  const std::string& currency, std::int64_t net, const char* type,
                                  Json details) {
  const store::Document balance = stored_balance(tx, customer);
  const std::int64_t ending = available(*balance, currency) + net;
  tx.update(balance, [&](Json& edited) {
    if (edited.at("available").is_null()) edited["available"] = Json::object();
    edited["available"][currency] = ending;
  });
  Json row = api::default_object(tx, transaction_kind);
  row.update({{"created", payment_time(tx, {{"customer", customer}})},
              {"currency", currency},
              {"customer", customer},
              {"customer_account", nullptr},
              {"ending_balance", ending},
              {"net_amount", net},
              {"type", type},
              {type, std::move(details)}});
  store::Document stored = tx.insert(std::move(row));
  tx.emit("customer_cash_balance_transaction.created", stored);
  return stored;
}

const char* transfer_type(const std::string& currency) {
  if (currency == "eur") return "eu_bank_transfer";
  if (currency == "gbp") return "gb_bank_transfer";
  if (currency == "jpy") return "jp_bank_transfer";
  if (currency == "mxn") return "mx_bank_transfer";
  return "us_bank_transfer";
}

Json transfer_details(const Funding& funding) {
  const std::string type = transfer_type(funding.currency);
  Json transfer = {{"reference", funding.reference}, {"type", type}};
  if (type == "us_bank_transfer") transfer[type] = {{"network", "ach"}, {"sender_name", nullptr}};
  if (type == "eu_bank_transfer") {
    transfer[type] = {{"bic", nullptr}, {"iban_last4", nullptr}, {"sender_name", nullptr}};
  }
  return {{"bank_transfer", std::move(transfer)}};
}

bool takes_cash(const Json& intent) {
  const Json& types = intent.at("payment_method_types");
  return std::ranges::find(types, "customer_balance") != types.end();
}

std::int64_t applied(const Json& intent) {
  return maybe_integer(intent, "_cash_applied").value_or(0);
}

void succeed(store::Transaction& tx, const store::Document& intent) {
  const auto method_id = maybe_text(*intent, "payment_method");
  const store::Document method =
      method_id ? tx.find("payment_method", *method_id) : make_cash_method(tx);
  const store::Document charge = make_charge(tx, *intent, method, std::nullopt);
  const store::Document paid = tx.update(intent, [&](Json& edited) {
    edited["amount_received"] = edited["amount"];
    edited["latest_charge"] = charge.id();
    edited["next_action"] = nullptr;
    edited["payment_method"] = method.id();
    edited["status"] = "succeeded";
  });
  tx.emit("charge.succeeded", charge);
  tx.emit("payment_intent.succeeded", paid);
  intent_succeeded(tx, intent.id());
}

void reconcile(store::Transaction& tx, const std::string& customer, const std::string& currency) {
  const Json balance = *stored_balance(tx, customer);
  if (text(balance.at("settings"), "reconciliation_mode") != "automatic") return;
  for (const store::Document& intent : tx.where("payment_intent", "customer", customer)) {
    if (text(*intent, "status") != "requires_action" || !takes_cash(*intent)) continue;
    if (text(*intent, "currency") != currency) continue;
    if (available(*stored_balance(tx, customer), currency) <= 0) return;
    apply_cash(tx, intent, Json::object());
  }
}

}  // namespace

Json cash_balance_of(const store::Transaction& tx, const std::string& customer) {
  const store::Document balance = tx.find(kind, customer);
  Json shown = balance ? *balance : empty_balance(customer);
  shown.erase("id");
  return shown;
}

std::int64_t available_cash(const store::Transaction& tx, const std::string& customer,
                            const std::string& currency) {
  return available(cash_balance_of(tx, customer), currency);
}

store::Document set_reconciliation(store::Transaction& tx, const std::string& customer,
                                   const Json& params) {
  const Json& mode = at_path(params, {"settings", "reconciliation_mode"});
  if (mode.is_null()) return stored_balance(tx, customer);
  const bool merchants = mode == "merchant_default";
  return tx.update(stored_balance(tx, customer), [&](Json& edited) {
    edited["settings"] = {{"reconciliation_mode", merchants ? Json("automatic") : mode},
                          {"using_merchant_default", merchants}};
  });
}

store::Document fund(store::Transaction& tx, const std::string& customer, const Funding& funding) {
  store::Document transaction = write_transaction(tx, customer, funding.currency, funding.amount,
                                                  "funded", transfer_details(funding));
  tx.emit("cash_balance.funds_available", stored_balance(tx, customer));
  reconcile(tx, customer, funding.currency);
  return transaction;
}

Json funding_instructions(const Json& params) {
  const std::string& currency = text(params, "currency");
  const Json& transfer = params.at("bank_transfer");
  const std::string& type = text(transfer, "type");
  const Json& country = at_path(transfer, {"eu_bank_transfer", "country"});
  if (type == "eu_bank_transfer" && country.is_null()) {
    throw api::missing_parameter("bank_transfer[eu_bank_transfer][country]");
  }
  const Json nowhere = {{"city", nullptr},  {"country", "US"},        {"line1", nullptr},
                        {"line2", nullptr}, {"postal_code", nullptr}, {"state", nullptr}};
  Json address;
  if (type == "eu_bank_transfer") {
    address = {{"iban",
                {{"account_holder_address", nowhere},
                 {"account_holder_name", "okapi"},
                 {"bank_address", nowhere},
                 {"bic", "OKAPIMOCKXXX"},
                 {"country", country},
                 {"iban", concat(country.get<std::string>(), "11000000000000000000")}}},
               {"supported_networks", Json::array({"sepa"})},
               {"type", "iban"}};
  } else if (type == "us_bank_transfer") {
    address = {{"aba",
                {{"account_holder_address", nowhere},
                 {"account_holder_name", "okapi"},
                 {"account_number", "11119987600453127"},
                 {"account_type", "checking"},
                 {"bank_address", nowhere},
                 {"bank_name", "US Test Bank"},
                 {"routing_number", "999999999"}}},
               {"supported_networks", Json::array({"ach", "domestic_wire_us"})},
               {"type", "aba"}};
  } else {
    throw api::not_implemented("funding instructions of type " + type);
  }
  return {{"object", "funding_instructions"},
          {"bank_transfer",
           {{"country", type == "us_bank_transfer" ? Json("US") : country},
            {"financial_addresses", Json::array({std::move(address)})},
            {"type", type}}},
          {"currency", currency},
          {"funding_type", "bank_transfer"},
          {"livemode", false}};
}

store::Document make_cash_method(store::Transaction& tx) {
  Json method = api::default_object(tx, "payment_method");
  method.update({{"allow_redisplay", "unspecified"},
                 {"billing_details",
                  {{"address", nullptr},
                   {"email", nullptr},
                   {"name", nullptr},
                   {"phone", nullptr},
                   {"tax_id", nullptr}}},
                 {"created", tx.now()},
                 {"customer", nullptr},
                 {"customer_account", nullptr},
                 {"customer_balance", Json::object()},
                 {"metadata", Json::object()},
                 {"type", "customer_balance"}});
  return tx.insert(std::move(method));
}

store::Document apply_cash(store::Transaction& tx, const store::Document& intent,
                           const Json& params) {
  const std::string& status = text(*intent, "status");
  const auto customer = maybe_text(*intent, "customer");
  if (!customer || !takes_cash(*intent) || status == "succeeded" || status == "canceled") {
    throw unexpected_state(
        intent, concat("The cash balance cannot be applied to this PaymentIntent: it must have a "
                       "customer, the payment method type customer_balance, and a status of "
                       "requires_action or requires_payment_method. Its status is ",
                       status, "."));
  }
  const std::string& currency = text(*intent, "currency");
  const std::int64_t left = integer(*intent, "amount") - applied(*intent);
  const std::int64_t there = available(*stored_balance(tx, *customer), currency);
  const std::int64_t amount = maybe_integer(params, "amount").value_or(std::min(left, there));
  // Guess: the code; the documentation only says that this is the most.
  if (amount > left) {
    throw api::invalid_request("The amount must not exceed what the PaymentIntent still asks for.",
                               "amount", "amount_too_large");
  }
  if (amount < 1 || amount > there) {
    throw api::invalid_request("The customer's cash balance has insufficient funds.", "amount",
                               "balance_insufficient");
  }
  write_transaction(tx, *customer, currency, -amount, "applied_to_payment",
                    {{"payment_intent", intent.id()}});
  const store::Document updated =
      tx.update(intent, [&](Json& edited) { edited["_cash_applied"] = applied(edited) + amount; });
  if (applied(*updated) == integer(*updated, "amount")) {
    succeed(tx, updated);
  } else {
    tx.emit("payment_intent.partially_funded", updated);
  }
  return tx.find("payment_intent", intent.id());
}

}  // namespace okapi::engine
