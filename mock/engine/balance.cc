#include "engine/balance.h"

#include <utility>

#include "api/operation.h"

namespace okapi::engine {
namespace {

// So that invoices can add it to their totals.
constexpr std::int64_t largest_balance = 1'000'000'000'000'000;  // minor units

Json text_or_null(const std::string& value) { return value.empty() ? Json() : Json(value); }

// Stripe: a customer shows the balance of the newest currency only; the others stay as they are.
std::int64_t balance_in(const store::Transaction& tx, const store::Document& customer,
                        const std::string& currency) {
  if (maybe_text(*customer, "currency").value_or(currency) == currency) {
    return integer(*customer, "balance");
  }
  std::int64_t balance = 0;
  for (const store::Document& each :
       tx.where("customer_balance_transaction", "customer", customer.id())) {
    if (text(*each, "currency") == currency) balance += integer(*each, "amount");
  }
  return balance;
}

}  // namespace

store::Document adjust_customer_balance(store::Transaction& tx, const store::Document& customer,
                                        const BalanceChange& change) {
  const store::Document current = tx.find("customer", customer.id());
  std::int64_t ending_balance = balance_in(tx, current, change.currency);
  if (__builtin_add_overflow(ending_balance, change.amount, &ending_balance) ||
      ending_balance > largest_balance || ending_balance < -largest_balance) {
    throw OutOfRange("a customer balance exceeds ten trillion");
  }
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
    edited["currency"] = change.currency;
  });
  return tx.insert(std::move(transaction));
}

}  // namespace okapi::engine
