// The customer balance: what the account owes the customer (negative) or the customer owes
// (positive), as the sum of immutable customer_balance_transactions (subscriptions-invoices 1.2).
#pragma once

#include <cstdint>
#include <string>

#include "store/account.h"

namespace okapi::engine {

struct BalanceChange {
  std::int64_t amount = 0;  // negative: credit to the customer
  std::string type;         // "adjustment", "applied_to_invoice", "invoice_too_small", …
  std::string currency;
  std::string invoice = {};  // empty: null
  std::string credit_note = {};
  std::string description = {};
  Json metadata = Json::object();
};

// Writes the transaction and the customer's `balance`; the first one stamps the customer's
// currency. Emits nothing: the caller emits customer.updated once, where its own order wants it.
store::Document adjust_customer_balance(store::Transaction& tx, const store::Document& customer,
                                        const BalanceChange& change);

}  // namespace okapi::engine
