#include "engine/legacy_sources.h"

#include <algorithm>
#include <array>

#include "api/error.h"
#include "api/operation.h"
#include "base/text.h"
#include "engine/bank_debits.h"
#include "engine/payment_methods.h"

namespace okapi::engine {
namespace {

constexpr const char* kinds[] = {"card", "bank_account", "source"};

// Stripe: cards of old have their brands as names.
std::string brand_name(const std::string& brand) {
  struct Name {
    std::string_view brand;
    std::string_view name;
  };
  static constexpr auto names = std::to_array<Name>({{"amex", "American Express"},
                                                     {"diners", "Diners Club"},
                                                     {"discover", "Discover"},
                                                     {"jcb", "JCB"},
                                                     {"mastercard", "MasterCard"},
                                                     {"unionpay", "UnionPay"},
                                                     {"visa", "Visa"}});
  const auto found = std::ranges::find(names, brand, &Name::brand);
  return found == names.end() ? "Unknown" : std::string(found->name);
}

Json make_card(store::Transaction& tx, const std::string& id, const Json& card,
               const Json& params) {
  Json made = api::default_object(tx, "card");
  made["id"] = id;
  for (const char* name : {"address_city", "address_country", "address_line1", "address_line2",
                           "address_state", "address_zip", "name"}) {
    made[name] = params.value(name, Json());
  }
  // Stripe: what was not sent was not checked.
  made["address_line1_check"] = has(made, "address_line1") ? Json("pass") : Json();
  made["address_zip_check"] = has(made, "address_zip") ? Json("pass") : Json();
  made["cvc_check"] = card.at("checks").at("cvc_check");
  for (const char* name : {"country", "exp_month", "exp_year", "fingerprint", "funding", "last4",
                           "regulated_status"}) {
    made[name] = card.at(name);
  }
  made["allow_redisplay"] = "unspecified";
  made["brand"] = brand_name(text(card, "brand"));
  made["metadata"] = Json::object();
  made["networks"] = {{"preferred", nullptr}};
  return made;
}

Json new_token(store::Transaction& tx, const char* type) {
  Json token = api::default_object(tx, "token");
  token["client_ip"] = "127.0.0.1";
  token["created"] = tx.now();
  token["type"] = type;
  token["used"] = false;
  return token;
}

Json card_token(store::Transaction& tx, const Json& params) {
  const std::string id = api::new_id(tx, "card");
  const store::Document method = create_card(tx, read_card(params), Json::object(), id);
  Json token = new_token(tx, "card");
  token["card"] = make_card(tx, id, method->at("card"), params);
  return token;
}

Json bank_token(store::Transaction& tx, const Json& params) {
  for (const char* name : {"country", "account_number"}) {
    if (!has(params, name)) {
      throw api::missing_parameter(concat("bank_account[", name, "]"));
    }
  }
  if (text(params, "country") != "US") {
    throw api::not_implemented("bank accounts outside of the US");
  }
  const std::string routing = maybe_text(params, "routing_number").value_or("");
  if (routing.empty()) throw api::missing_parameter("bank_account[routing_number]");
  const std::string id = api::new_id(tx, "bank_account");
  const store::Document method = make_bank_account(
      tx,
      {.id = id,
       .number = text(params, "account_number"),
       .routing_number = routing,
       .account_holder_type = maybe_text(params, "account_holder_type").value_or("individual")});
  const Json& details = method->at("us_bank_account");
  Json account = api::default_object(tx, "bank_account");
  account["id"] = id;
  for (const char* name : {"account_holder_name", "account_holder_type", "account_type"}) {
    account[name] = params.value(name, Json());
  }
  account["bank_name"] = "STRIPE TEST BANK";
  account["country"] = "US";
  account["currency"] = maybe_text(params, "currency").value_or("usd");
  for (const char* name : {"fingerprint", "last4", "routing_number"}) {
    account[name] = details.at(name);
  }
  account["metadata"] = Json::object();
  account["status"] = "new";
  Json token = new_token(tx, "bank_account");
  token["id"] = tx.new_id("btok_", 29);
  token["bank_account"] = std::move(account);
  return token;
}

store::Document use_token(store::Transaction& tx, const std::string& id, std::string_view param) {
  const store::Document token = api::require_param(tx, "token", id, param);
  if (boolean(*token, "used")) {
    throw api::invalid_request(concat("You cannot use a Stripe token more than once: ", id, "."),
                               param, "token_already_used");
  }
  return tx.update(token, [](Json& edited) { edited["used"] = true; });
}

// What becomes of the token at the customer: the tree of a card or a bank account.
Json object_of_token(store::Transaction& tx, const NewSource& wanted) {
  if (find_magic_card(wanted.token) != nullptr) {
    const std::string id = api::new_id(tx, "card");
    const TestCard* magic = find_magic_card(wanted.token);
    const store::Document method =
        create_card(tx, {.number = std::string(magic->number)}, Json::object(), id);
    return make_card(tx, id, method->at("card"), Json::object());
  }
  const store::Document token = use_token(tx, wanted.token, wanted.param);
  if (has(*token, "card")) return token->at("card");
  if (has(*token, "bank_account")) return token->at("bank_account");
  throw api::invalid_request(
      concat("The token ", wanted.token, " holds neither a card nor a bank account."),
      wanted.param);
}

store::Document attach_source(store::Transaction& tx, const store::Document& customer,
                              const NewSource& wanted) {
  const store::Document source = api::require_param(tx, "source", wanted.token, wanted.param);
  if (has(*source, "customer")) {
    throw api::invalid_request("This source has already been attached to a customer.",
                               wanted.param);
  }
  if (text(*source, "status") != "chargeable") {
    throw api::invalid_request(
        concat("The source you provided is not in a chargeable state. Its status is ",
               text(*source, "status"), "."),
        wanted.param);
  }
  return tx.update(source, [&](Json& edited) { edited["customer"] = customer.id(); });
}

store::Document attach_token(store::Transaction& tx, const store::Document& customer,
                             const NewSource& wanted) {
  Json object = object_of_token(tx, wanted);
  const store::Document method = tx.find("payment_method", text(object, "id"));
  attach_payment_method(tx, method, customer);
  object["customer"] = customer.id();
  for (const auto& [name, value] : wanted.metadata.items()) object["metadata"][name] = value;
  return tx.insert(std::move(object));
}

void set_default(store::Transaction& tx, const std::string& customer, const Json& source) {
  const store::Document owner = tx.find("customer", customer);
  if (!owner || owner->at("default_source") == source) return;
  tx.emit("customer.updated",
          tx.update(owner, [&](Json& edited) { edited["default_source"] = source; }));
}

// Another one takes the place of the default that goes.
void replace_default(store::Transaction& tx, const Json& source) {
  const std::string& customer = text(source, "customer");
  const store::Document owner = tx.find("customer", customer);
  if (!owner || owner->at("default_source") != source.at("id")) return;
  const std::vector<store::Document> rest = sources_of(tx, customer);
  set_default(tx, customer, rest.empty() ? Json() : Json(rest.front().id()));
}

}  // namespace

store::Document create_token(store::Transaction& tx, const Json& params) {
  if (has(params, "card")) {
    if (!params.at("card").is_object()) throw api::not_implemented("a token of another's card");
    return tx.insert(card_token(tx, params.at("card")));
  }
  if (has(params, "bank_account")) {
    if (!params.at("bank_account").is_object()) {
      throw api::not_implemented("a token of another's bank account");
    }
    return tx.insert(bank_token(tx, params.at("bank_account")));
  }
  if (has(params, "pii")) return tx.insert(new_token(tx, "pii"));
  if (has(params, "cvc_update")) return tx.insert(new_token(tx, "cvc_update"));
  for (const char* name : {"account", "person", "customer"}) {
    if (has(params, name)) throw api::not_implemented(std::string("a token with `") + name + "`");
  }
  throw api::invalid_request(
      "You must supply either a card, customer, PII data, bank account, or account legal entity to "
      "create a token.");
}

store::Document payment_method_of_token(store::Transaction& tx, const std::string& id,
                                        std::string_view param) {
  const store::Document token = use_token(tx, id, param);
  if (!has(*token, "card")) {
    throw api::invalid_request(concat("The token ", id, " does not hold a card."), param);
  }
  return tx.find("payment_method", text(token->at("card"), "id"));
}

store::Document create_source(store::Transaction& tx, const Json& params) {
  const auto type = maybe_text(params, "type");
  if (!type) throw api::missing_parameter("type");
  if (*type != "card") throw api::not_implemented("a source of type " + *type);
  if (!has(params, "token")) throw api::missing_parameter("token");
  const store::Document method = require_payment_method(tx, text(params, "token"), "token");
  Json source = api::default_object(tx, "source");
  const std::string& id = text(source, "id");
  copy_card(tx, method, id);
  const Json& card = method->at("card");
  Json details = {{"address_line1_check", nullptr},
                  {"address_zip_check", nullptr},
                  {"brand", brand_name(text(card, "brand"))},
                  {"cvc_check", card.at("checks").at("cvc_check")},
                  {"dynamic_last4", nullptr},
                  {"name", nullptr},
                  {"three_d_secure", "optional"},
                  {"tokenization_method", nullptr}};
  for (const char* name : {"country", "exp_month", "exp_year", "fingerprint", "funding", "last4"}) {
    details[name] = card.at(name);
  }
  source["amount"] = params.value("amount", Json());
  source["card"] = std::move(details);
  source["client_secret"] = tx.new_id(concat("src_client_secret_"), 42);
  source["created"] = tx.now();
  source["currency"] = params.value("currency", Json());
  source["flow"] = "none";
  source["metadata"] = Json::object();
  api::merge_metadata(source, params);
  source["owner"] = {{"address", nullptr},
                     {"email", nullptr},
                     {"name", nullptr},
                     {"phone", nullptr},
                     {"verified_address", nullptr},
                     {"verified_email", nullptr},
                     {"verified_name", nullptr},
                     {"verified_phone", nullptr}};
  if (has(params, "owner")) source["owner"].update(params.at("owner"));
  source["statement_descriptor"] = params.value("statement_descriptor", Json());
  source["status"] = "chargeable";
  source["type"] = "card";
  source["usage"] = maybe_text(params, "usage").value_or("reusable");
  source.erase("customer");
  store::Document made = tx.insert(std::move(source));
  tx.emit("source.chargeable", made);
  return made;
}

store::Document add_source(store::Transaction& tx, const store::Document& customer,
                           const NewSource& wanted) {
  store::Document added = wanted.token.starts_with("src_") ? attach_source(tx, customer, wanted)
                                                           : attach_token(tx, customer, wanted);
  tx.emit("customer.source.created", added);
  const store::Document owner = tx.find("customer", customer.id());
  if (wanted.becomes_default || !has(*owner, "default_source")) {
    set_default(tx, customer.id(), added.id());
  }
  return added;
}

void remove_source(store::Transaction& tx, const store::Document& source) {
  const Json& tree = *source;
  if (source.kind() == "source") {
    tx.update(source, [](Json& edited) {
      edited["status"] = "consumed";
      edited.erase("customer");
    });
  } else {
    tx.erase(source);
    const store::Document method = tx.find("payment_method", source.id());
    if (method && has(*method, "customer")) detach_payment_method(tx, method);
  }
  tx.emit("customer.source.deleted", source);
  replace_default(tx, tree);
}

void forget_source(store::Transaction& tx, const std::string& id) {
  const store::Document source = find_source(tx, id);
  if (!source) return;
  const Json& tree = *source;
  tx.erase(source);
  tx.emit("customer.source.deleted", source);
  replace_default(tx, tree);
}

std::string attached_source(const store::Transaction& tx, const std::string& id,
                            const std::string& customer) {
  const store::Document source = find_source(tx, id);
  if (source && maybe_text(*source, "customer") == customer) return id;
  throw api::no_such("source", id, "default_source");
}

store::Document find_source(const store::Transaction& tx, const std::string& id) {
  for (const char* kind : kinds) {
    if (store::Document found = tx.find(kind, id)) return found;
  }
  return {};
}

std::vector<store::Document> sources_of(const store::Transaction& tx, std::string_view customer) {
  std::vector<store::Document> sources;
  for (const char* kind : kinds) {
    for (const store::Document& each : tx.where(kind, "customer", customer)) {
      sources.push_back(each);
    }
  }
  std::ranges::sort(sources, std::ranges::greater(), &store::Document::sequence);
  return sources;
}

}  // namespace okapi::engine
