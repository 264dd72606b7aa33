// The older way to keep a means of payment: tokens, and the cards, bank accounts and Sources that a
// customer has of them (api-conventions 9). Behind each stands a payment method of the same id,
// which is what payments use.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/account.h"

namespace okapi::engine {

// POST /v1/tokens: of a card, a bank account, a PII number or a CVC.
store::Document create_token(store::Transaction& tx, const Json& params);
// The payment method behind a token that is used up by this. Throws for unknown and used ones.
store::Document payment_method_of_token(store::Transaction& tx, const std::string& id,
                                        std::string_view param);

// POST /v1/sources: of a card token; 501 for what goes by redirect, receiver or code.
store::Document create_source(store::Transaction& tx, const Json& params);

struct NewSource {
  std::string token;  // tok_…, btok_…, src_…, or a magic one
  std::string param = "source";
  Json metadata = Json::object();
  bool becomes_default = false;  // else only where there is none yet
};
// Emits customer.source.created, and customer.updated where it becomes the default. Throws the 402
// of cards that decline when attached.
store::Document add_source(store::Transaction& tx, const store::Document& customer,
                           const NewSource& wanted);
// Stripe: the newest of the others becomes the default then. Emits customer.source.deleted.
void remove_source(store::Transaction& tx, const store::Document& source);
// The source goes with its payment method, which was detached.
void forget_source(store::Transaction& tx, const std::string& id);

// The id of a default_source parameter; throws for one that the customer does not have.
[[nodiscard]] std::string attached_source(const store::Transaction& tx, const std::string& id,
                                          const std::string& customer);

// Of any of the three kinds; empty: there is none. Newest first.
[[nodiscard]] store::Document find_source(const store::Transaction& tx, const std::string& id);
[[nodiscard]] std::vector<store::Document> sources_of(const store::Transaction& tx,
                                                      std::string_view customer);

}  // namespace okapi::engine
