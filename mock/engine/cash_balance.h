// A customer's cash balance: money that came by bank transfer and waits to pay something
// (api-conventions 9). Not the customer balance, which is only a promise.
#pragma once

#include <cstdint>
#include <string>

#include "store/account.h"

namespace okapi::engine {

// As it is now; one that was never touched is empty.
[[nodiscard]] Json cash_balance_of(const store::Transaction& tx, const std::string& customer);
[[nodiscard]] std::int64_t available_cash(const store::Transaction& tx, const std::string& customer,
                                          const std::string& currency);
store::Document set_reconciliation(store::Transaction& tx, const std::string& customer,
                                   const Json& params);

struct Funding {
  std::int64_t amount = 0;
  std::string currency;
  Json reference = nullptr;
};
// A transfer arrived. In automatic reconciliation it pays the oldest payment that waits for it.
// Gives the transaction.
store::Document fund(store::Transaction& tx, const std::string& customer, const Funding& funding);

// Where the customer sends a transfer to.
[[nodiscard]] Json funding_instructions(const Json& params);

// A payment method of type customer_balance; how a PaymentIntent is paid with it.
store::Document make_cash_method(store::Transaction& tx);
// What is there in the currency is set against the payment, which succeeds when nothing remains.
// Emits. Gives the intent.
store::Document apply_cash(store::Transaction& tx, const store::Document& intent,
                           const Json& params);

}  // namespace okapi::engine
