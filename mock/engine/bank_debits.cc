#include "engine/bank_debits.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>

#include "api/error.h"
#include "api/operation.h"
#include "base/check.h"
#include "base/ids.h"
#include "base/text.h"
#include "engine/param_name.h"

namespace okapi::engine {
namespace {

constexpr const char* kind = "payment_method";
constexpr const char* bank_kind = "okapi.bank_account";

// Stripe: docs, "test ACH" and "test SEPA debit". An empty failure: the payment succeeds.
struct TestAccount {
  std::string_view number;
  std::string_view name;  // of pm_usBankAccount_…
  std::string_view failure = "";
};

constexpr auto us_accounts = std::to_array<TestAccount>({
    {.number = "000123456789", .name = "success"},
    {.number = "000111111113", .name = "accountClosed", .failure = "account_closed"},
    {.number = "000111111116", .name = "noAccount", .failure = "no_account"},
    {.number = "000222222227", .name = "insufficientFunds", .failure = "insufficient_funds"},
    {.number = "000333333335", .name = "debitNotAuthorized", .failure = "debit_not_authorized"},
    {.number = "000444444440", .name = "invalidCurrency", .failure = "invalid_currency"},
});

// Of each country one that succeeds and one that fails.
constexpr auto ibans = std::to_array<TestAccount>({
    {.number = "AT861904300235473202", .name = "", .failure = "insufficient_funds"},
    {.number = "AT051904300235473205", .name = "", .failure = "insufficient_funds"},
    {.number = "BE68539007547034", .name = ""},
    {.number = "BE62510007547062", .name = "", .failure = "insufficient_funds"},
    {.number = "DE62370400440532013001", .name = "", .failure = "insufficient_funds"},
    {.number = "ES9121000418450200051333", .name = "", .failure = "insufficient_funds"},
    {.number = "FR8420041010050500013M02607", .name = "", .failure = "insufficient_funds"},
    {.number = "IE02AIBK93115212345679", .name = "", .failure = "insufficient_funds"},
    {.number = "IT40S0542811101000000123456", .name = ""},
    // What the Stripe CLI takes for checkout.session.async_payment_failed.
    {.number = "IT60X0542811101000000123456", .name = "", .failure = "insufficient_funds"},
    {.number = "NL40ABNA0123456789", .name = "", .failure = "insufficient_funds"},
});

template <std::size_t size>
const TestAccount* find_by(const std::array<TestAccount, size>& accounts,
                           std::string_view TestAccount::*field, std::string_view value) {
  const auto found = std::ranges::find(accounts, value, field);
  return found == accounts.end() ? nullptr : &*found;
}

std::string fingerprint_of(const store::Transaction& tx, const std::string& number) {
  const std::string name = concat(tx.account_id(), "/", number);
  return make_id({.counting = false, .seed = std::hash<std::string>()(name)}, "", 16, 1);
}

std::string last4(const std::string& number) {
  return number.size() < 4 ? number : number.substr(number.size() - 4);
}

struct Account {
  std::string id = {};  // empty: a new one
  std::string number;
  std::string failure = {};
  bool verified = true;
};

store::Document store_debit(store::Transaction& tx, const char* type, Json details,
                            const Account& account, const Json& billing_details) {
  Json method = api::default_object(tx, kind);
  if (!account.id.empty()) method["id"] = account.id;
  method.update({{"allow_redisplay", "unspecified"},
                 {"billing_details", billing_details},
                 {"created", tx.now()},
                 {"customer", nullptr},
                 {"customer_account", nullptr},
                 {"metadata", Json::object()},
                 {"type", type},
                 {type, std::move(details)}});
  tx.insert({{"object", bank_kind},
             {"id", method.at("id")},
             {"failure", account.failure},
             {"verified", account.verified}});
  return tx.insert(std::move(method));
}

store::Document make_us_account(store::Transaction& tx, const Json& given, const Account& account,
                                const Json& billing_details) {
  return store_debit(
      tx, "us_bank_account",
      {{"account_holder_type", maybe_text(given, "account_holder_type").value_or("individual")},
       {"account_type", maybe_text(given, "account_type").value_or("checking")},
       {"bank_name", "STRIPE TEST BANK"},
       {"financial_connections_account", nullptr},
       {"fingerprint", fingerprint_of(tx, account.number)},
       {"last4", last4(account.number)},
       {"networks", {{"preferred", "ach"}, {"supported", Json::array({"ach"})}}},
       {"routing_number", maybe_text(given, "routing_number").value_or("110000000")},
       {"status_details", Json::object()}},
      account, billing_details);
}

store::Document create_us_account(store::Transaction& tx, const Json& given, const Place& place,
                                  const Json& billing_details) {
  for (const char* name : {"account_holder_type", "account_number", "routing_number"}) {
    if (!has(given, name)) throw api::missing_parameter(place.of(name));
  }
  // Stripe: the one routing number of the test bank (docs).
  if (text(given, "routing_number") != "110000000") {
    throw api::invalid_request("Invalid routing number", place.of("routing_number"),
                               "routing_number_invalid");
  }
  const std::string& number = text(given, "account_number");
  const TestAccount* known = find_by(us_accounts, &TestAccount::number, number);
  return make_us_account(tx, given,
                         {.number = number,
                          .failure = std::string(known == nullptr ? "" : known->failure),
                          .verified = false},
                         billing_details);
}

store::Document create_sepa_debit(store::Transaction& tx, const Json& given, const Place& place,
                                  const Json& billing_details) {
  const auto iban = maybe_text(given, "iban");
  if (!iban) throw api::missing_parameter(place.of("iban"));
  std::string number = *iban;
  std::erase(number, ' ');
  if (number.size() < 15 || number.size() > 34) {
    throw api::invalid_request("The IBAN you provided is invalid.", place.of("iban"),
                               "invalid_bank_account_iban");
  }
  const TestAccount* known = find_by(ibans, &TestAccount::number, number);
  return store_debit(
      tx, "sepa_debit",
      {{"bank_code", number.substr(4, 5)},
       {"branch_code", ""},
       {"country", number.substr(0, 2)},
       {"fingerprint", fingerprint_of(tx, number)},
       {"generated_from", {{"charge", nullptr}, {"setup_attempt", nullptr}}},
       {"last4", last4(number)}},
      {.number = number, .failure = std::string(known == nullptr ? "" : known->failure)},
      billing_details);
}

store::Document account_of(const store::Transaction& tx, const store::Document& payment_method) {
  return tx.find(bank_kind, payment_method.id());
}

bool are_right_amounts(const Json& amounts) {
  // Stripe: 32 and 45 cents prove a test account (docs).
  return amounts == Json::array({32, 45}) || amounts == Json::array({45, 32});
}

}  // namespace

bool is_bank_debit(const std::string& type) {
  return type == "us_bank_account" || type == "sepa_debit";
}

store::Document create_bank_debit(store::Transaction& tx, const Json& params,
                                  const std::string& prefix, const Json& billing_details) {
  const std::string type = text(params, "type");
  if (!has(params, type.c_str())) throw api::missing_parameter(under(prefix, type));
  // Stripe: the owner's name is needed, for SEPA the address to write to as well.
  if (!has(billing_details, "name")) {
    throw api::missing_parameter(under(prefix, "billing_details[name]"));
  }
  const Place place(under(prefix, type));
  if (type == "us_bank_account") {
    return create_us_account(tx, params.at(type), place, billing_details);
  }
  if (!has(billing_details, "email")) {
    throw api::missing_parameter(under(prefix, "billing_details[email]"));
  }
  return create_sepa_debit(tx, params.at(type), place, billing_details);
}

store::Document make_bank_account(store::Transaction& tx, const BankAccount& account) {
  const TestAccount* known = find_by(us_accounts, &TestAccount::number, account.number);
  return make_us_account(tx,
                         {{"account_holder_type", account.account_holder_type},
                          {"routing_number", account.routing_number}},
                         {.id = account.id,
                          .number = account.number,
                          .failure = std::string(known == nullptr ? "" : known->failure),
                          .verified = false},
                         {{"address", nullptr},
                          {"email", nullptr},
                          {"name", nullptr},
                          {"phone", nullptr},
                          {"tax_id", nullptr}});
}

store::Document make_magic_bank_debit(store::Transaction& tx, const std::string& id) {
  constexpr std::string_view prefix = "pm_usBankAccount_";
  if (!id.starts_with(prefix)) return {};
  const TestAccount* known = find_by(us_accounts, &TestAccount::name, id.substr(prefix.size()));
  if (known == nullptr) return {};
  return make_us_account(
      tx, Json::object(),
      {.number = std::string(known->number), .failure = std::string(known->failure)},
      {{"address", nullptr},
       {"email", nullptr},
       {"name", "Jenny Rosen"},
       {"phone", nullptr},
       {"tax_id", nullptr}});
}

std::string debit_failure(const store::Transaction& tx, const store::Document& payment_method) {
  const store::Document account = account_of(tx, payment_method);
  OKAPI_CHECK(static_cast<bool>(account));
  return text(*account, "failure");
}

bool needs_verification(const store::Transaction& tx, const store::Document& payment_method) {
  const store::Document account = account_of(tx, payment_method);
  return account && !boolean(*account, "verified");
}

void verify_account(store::Transaction& tx, const store::Document& payment_method,
                    const Json& params) {
  const bool has_amounts = has(params, "amounts");
  if (has_amounts == has(params, "descriptor_code")) {
    if (has_amounts) throw api::only_one_of({"amounts", "descriptor_code"});
    throw api::missing_parameter("descriptor_code");
  }
  // Stripe: SM11AA is the code that works (docs).
  const bool right = has_amounts ? are_right_amounts(params.at("amounts"))
                                 : params.at("descriptor_code") == "SM11AA";
  if (!right) {
    throw api::invalid_request(
        has_amounts ? "The amounts provided do not match the amounts that were sent to the bank "
                      "account."
                    : "The descriptor code provided does not match the one that was sent to the "
                      "bank account.",
        has_amounts ? "amounts" : "descriptor_code",
        has_amounts ? "payment_method_microdeposit_verification_amounts_mismatch"
                    : "payment_method_microdeposit_verification_descriptor_code_mismatch");
  }
  mark_verified(tx, payment_method);
}

void mark_verified(store::Transaction& tx, const store::Document& payment_method) {
  tx.update(account_of(tx, payment_method), [](Json& edited) { edited["verified"] = true; });
}

Json microdeposits_action(const Json& intent, Seconds now) {
  const std::string url =
      concat(maybe_text(intent, "_base_url").value_or(""), "/_okapi/3ds/", text(intent, "id"),
             "?client_secret=", text(intent, "client_secret"));
  return {{"type", "verify_with_microdeposits"},
          {"verify_with_microdeposits",
           {{"arrival_date", now + 2 * day},
            {"hosted_verification_url", url},
            {"microdeposit_type", "descriptor_code"}}}};
}

}  // namespace okapi::engine
