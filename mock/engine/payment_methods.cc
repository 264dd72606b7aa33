#include "engine/payment_methods.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "api/error.h"
#include "api/operation.h"
#include "base/check.h"
#include "base/ids.h"
#include "base/text.h"
#include "engine/bank_debits.h"
#include "engine/cards.h"
#include "engine/cash_balance.h"
#include "engine/legacy_sources.h"
#include "engine/param_name.h"

namespace okapi::engine {
namespace {

constexpr std::string_view kind = "payment_method";
constexpr std::string_view card_kind = "okapi.card";

// Stripe: equal numbers share the fingerprint within an account.
std::string fingerprint_of(const store::Transaction& tx, const std::string& number) {
  const std::string name = concat(tx.account_id(), "/", number);
  return make_id({.counting = false, .seed = std::hash<std::string>()(name)}, "", 16, 1);
}

struct Expiry {
  std::int64_t month = 0;
  std::int64_t year = 0;
};

Expiry expiry_of(const CardDetails& card, Seconds now) {
  const Civil today = to_civil(now);
  // Stripe: what magic names make expires in this month of next year (recorded).
  if (card.exp_month == 0) return {.month = today.month, .year = today.year + 1};
  if (card.exp_month < 1 || card.exp_month > 12) throw api::invalid_card("invalid_expiry_month");
  const std::int64_t year = card.exp_year < 100 ? 2000 + card.exp_year : card.exp_year;
  const bool past = year < today.year || (year == today.year && card.exp_month < today.month);
  if (past || year > today.year + 50) throw api::invalid_card("invalid_expiry_year");
  return {.month = card.exp_month, .year = year};
}

Json make_card(const store::Transaction& tx, const CardDetails& details) {
  TestCard card{.number = details.number, .name = {}, .brand = brand_of(details.number)};
  if (const TestCard* known = find_test_card(details.number)) card = *known;
  const Expiry expiry = expiry_of(details, tx.now());
  return {{"brand", card.brand},
          {"checks",
           {{"address_line1_check", nullptr},
            {"address_postal_code_check", nullptr},
            {"cvc_check", card.name == "cvcCheckFail" ? "fail" : "pass"}}},
          {"country", card.country},
          {"display_brand", card.brand},
          {"exp_month", expiry.month},
          {"exp_year", expiry.year},
          {"fingerprint", fingerprint_of(tx, details.number)},
          {"funding", card.funding},
          {"generated_from", nullptr},
          {"last4", details.number.substr(details.number.size() - 4)},
          {"networks", {{"available", Json::array({card.brand})}, {"preferred", nullptr}}},
          {"regulated_status", "unregulated"},
          {"three_d_secure_usage", {{"supported", true}}},
          {"wallet", nullptr}};
}

Json make_billing_details(const Json& given) {
  Json details = {{"address", nullptr},
                  {"email", nullptr},
                  {"name", nullptr},
                  {"phone", nullptr},
                  {"tax_id", nullptr}};
  api::assign_params(details, given, {"email", "name", "phone", "tax_id"});
  Json address = {{"city", nullptr},  {"country", nullptr},     {"line1", nullptr},
                  {"line2", nullptr}, {"postal_code", nullptr}, {"state", nullptr}};
  if (has(given, "address")) {
    api::assign_params(address, given.at("address"),
                       {"city", "country", "line1", "line2", "postal_code", "state"});
  }
  details["address"] = std::move(address);
  return details;
}

// Stripe: what was detached, or used without a customer, is never attached again.
void check_unused(const store::Transaction& tx, const store::Document& payment_method) {
  const store::Document card = tx.find(card_kind, payment_method.id());
  if (!card || !maybe_boolean(*card, "spent")) return;
  throw api::invalid_request(
      "This PaymentMethod was previously used without being attached to a Customer or was detached "
      "from a Customer, and may not be used again.");
}

// Stripe: tokens take the month and the year as strings, everything else as integers. -1: no number
// that a card could bear.
std::int64_t number_in(const Json& card, const char* name) {
  if (card.at(name).is_number_integer()) return std::max<std::int64_t>(integer(card, name), -1);
  const std::string& digits = text(card, name);
  const bool is_short = !digits.empty() && digits.size() <= 4;
  if (!is_short || !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) {
    return -1;
  }
  return std::stoll(digits);
}

}  // namespace

store::Document create_card(store::Transaction& tx, const CardDetails& card,
                            const Json& billing_details, const std::string& id) {
  if (!passes_luhn(card.number)) throw api::invalid_card("incorrect_number");
  Json payment_method = api::default_object(tx, kind);
  if (!id.empty()) payment_method["id"] = id;
  payment_method.update({{"allow_redisplay", "unspecified"},
                         {"billing_details", make_billing_details(billing_details)},
                         {"card", make_card(tx, card)},
                         {"created", tx.now()},
                         {"customer", nullptr},
                         {"customer_account", nullptr},
                         {"metadata", Json::object()},
                         {"type", "card"}});
  // What the bank will say depends on the number, and the number is kept only if it is a test
  // card's.
  tx.insert({{"object", card_kind},
             {"id", payment_method.at("id")},
             {"spent", false},
             {"test_card", find_test_card(card.number) ? card.number : ""}});
  return tx.insert(std::move(payment_method));
}

store::Document copy_card(store::Transaction& tx, const store::Document& payment_method,
                          const std::string& id) {
  Json copy = *payment_method;
  copy["id"] = id.empty() ? api::new_id(tx, kind) : id;
  copy["customer"] = nullptr;
  copy["created"] = tx.now();
  Json card = *tx.find(card_kind, payment_method.id());
  card["id"] = copy.at("id");
  card["spent"] = false;
  tx.insert(std::move(card));
  return tx.insert(std::move(copy));
}

// What was sent about the card, as engine wants it.
CardDetails read_card(const Json& card) {
  const std::optional<std::string> number = maybe_text(card, "number");
  if (!number) throw api::missing_parameter("card[number]");
  for (const char* field : {"exp_month", "exp_year"}) {
    if (!has(card, field)) throw api::missing_parameter("card[" + std::string(field) + "]");
  }
  std::string digits = *number;
  std::erase_if(digits, [](char c) { return c == ' ' || c == '-'; });
  return {.number = digits,
          .exp_month = number_in(card, "exp_month"),
          .exp_year = number_in(card, "exp_year")};
}

store::Document create_payment_method(store::Transaction& tx, const Json& params,
                                      const std::string& prefix) {
  const std::string type = maybe_text(params, "type").value_or("");
  if (type.empty()) throw api::missing_parameter(under(prefix, "type"));
  const Json billing_details =
      has(params, "billing_details") ? params.at("billing_details") : Json::object();
  if (is_bank_debit(type)) {
    return create_bank_debit(tx, params, prefix, make_billing_details(billing_details));
  }
  if (type == "customer_balance") return make_cash_method(tx);
  // TODO: wallets, vouchers, bank redirects.
  if (type != "card") throw api::not_implemented("payment methods of type " + type);
  if (!has(params, "card")) throw api::missing_parameter(under(prefix, "card"));
  const Json& card = params.at("card");
  if (const auto token = maybe_text(card, "token")) {
    const store::Document made = require_payment_method(tx, *token, under(prefix, "card[token]"));
    // A token that was made is used up by the payment method.
    return find_magic_card(*token) != nullptr ? made : copy_card(tx, made);
  }
  return create_card(tx, read_card(card), billing_details);
}

store::Document require_payment_method(store::Transaction& tx, const std::string& id,
                                       std::string_view param) {
  if (const TestCard* magic = find_magic_card(id)) {
    return create_card(tx, {.number = std::string(magic->number)});
  }
  if (store::Document magic = make_magic_bank_debit(tx, id)) return magic;
  if (id.starts_with("tok_")) return payment_method_of_token(tx, id, param);
  return api::require_param(tx, kind, id, param);
}

const TestCard* test_card_of(const store::Transaction& tx, const store::Document& payment_method) {
  const store::Document card = tx.find(card_kind, payment_method.id());
  return card ? find_test_card(text(*card, "test_card")) : nullptr;
}

bool asks_to_authenticate(const store::Transaction& tx, const store::Document& payment_method,
                          bool off_session) {
  const TestCard* card = test_card_of(tx, payment_method);
  if (card == nullptr) return false;
  const bool set_up = maybe_boolean(*tx.find(card_kind, payment_method.id()), "set_up");
  return asks_to_authenticate(card->behavior, {.off_session = off_session, .set_up = set_up});
}

void mark_set_up(store::Transaction& tx, const store::Document& payment_method) {
  const store::Document card = tx.find(card_kind, payment_method.id());
  if (card) tx.update(card, [](Json& edited) { edited["set_up"] = true; });
}

store::Document attach_payment_method(store::Transaction& tx, const store::Document& payment_method,
                                      const store::Document& customer) {
  const std::optional<std::string> owner = maybe_text(*payment_method, "customer");
  if (owner == customer.id()) return payment_method;
  if (owner) {
    throw api::invalid_request(
        "The payment method you provided has already been attached to a customer.");
  }
  check_unused(tx, payment_method);
  const TestCard* card = test_card_of(tx, payment_method);
  if (const auto decline = card ? decline_when_attached(card->behavior) : std::nullopt) {
    api::ApiError error = api::card_declined(*decline);
    error.extra["param"] = "";  // recorded so
    throw error;
  }
  store::Document attached =
      tx.update(payment_method, [&](Json& edited) { edited["customer"] = customer.id(); });
  tx.emit("payment_method.attached", attached);
  return attached;
}

store::Document detach_payment_method(store::Transaction& tx,
                                      const store::Document& payment_method) {
  const std::optional<std::string> owner = maybe_text(*payment_method, "customer");
  if (!owner) {
    throw api::invalid_request(
        "The payment method you provided is not attached to a customer so detachment is "
        "impossible.");
  }
  store::Document detached =
      tx.update(payment_method, [](Json& edited) { edited["customer"] = nullptr; });
  forget_source(tx, payment_method.id());
  if (const store::Document card = tx.find(card_kind, payment_method.id())) {
    tx.update(card, [](Json& edited) { edited["spent"] = true; });
  }
  tx.emit("payment_method.detached", detached);
  const store::Document customer = tx.find("customer", *owner);
  if (customer && at_path(*customer, {"invoice_settings", "default_payment_method"}) ==
                      Json(payment_method.id())) {
    tx.emit("customer.updated", tx.update(customer, [](Json& edited) {
      edited["invoice_settings"]["default_payment_method"] = nullptr;
    }));
  }
  return detached;
}

}  // namespace okapi::engine
