#include "engine/balance.h"

#include <utility>

#include "api/operation.h"

namespace okapi::engine {
namespace {

Json text_or_null(const std::string& value) { return value.empty() ? Json() : Json(value); }

}  // namespace

store::Document adjust_customer_balance(store::Transaction& tx, const store::Document& customer,
                                        const BalanceChange& change) {
  const store::Document current = tx.find("customer", customer.id());
  const std::int64_t ending_balance = integer(*current, "balance") + change.amount;
  Json transaction = api::default_object(tx, "customer_balance_transaction");
  transaction.update({{"amount", change.amount},
                      {"created", tx.now()},
                      {"credit_note", text_or_null(change.credit_note)},
                      {"currency", change.currency},
                      {"customer", customer.id()},
                      {"description", text_or_null(change.description)},
                      {"ending_balance", ending_balance},
                      {"invoice", text_or_null(change.invoice)},
                      {"metadata", change.metadata},
                      {"type", change.type}});
  tx.update(current, [&](Json& edited) {
    edited["balance"] = ending_balance;
    if (!has(edited, "currency")) edited["currency"] = change.currency;
  });
  return tx.insert(std::move(transaction));
}

}  // namespace okapi::engine
