// Payment methods that take their time: US bank accounts (ACH) and SEPA debits. A payment with one
// is `processing` first and has its outcome afterwards; which one, the test numbers say
// (api-conventions 9.2).
#pragma once

#include <optional>
#include <string>

#include "store/account.h"

namespace okapi::engine {

// us_bank_account or sepa_debit of the parameters that create a payment method; null for any other
// type. Throws for details that are missing.
[[nodiscard]] bool is_bank_debit(const std::string& type);
store::Document create_bank_debit(store::Transaction& tx, const Json& params,
                                  const std::string& prefix, const Json& billing_details);
// The account behind a legacy bank account (ba_…), as a payment method of the same id.
struct BankAccount {
  std::string id;
  std::string number;
  std::string routing_number;
  std::string account_holder_type = "individual";
};
store::Document make_bank_account(store::Transaction& tx, const BankAccount& account);
// "pm_usBankAccount_success" and its like make a new one at each use; empty for anything else.
[[nodiscard]] store::Document make_magic_bank_debit(store::Transaction& tx, const std::string& id);

// Why the bank will refuse: account_closed, insufficient_funds, …; empty: it pays.
[[nodiscard]] std::string debit_failure(const store::Transaction& tx,
                                        const store::Document& payment_method);
// A US account whose owner has not proved yet that it is theirs (micro-deposits).
[[nodiscard]] bool needs_verification(const store::Transaction& tx,
                                      const store::Document& payment_method);
// amounts[] or descriptor_code of verify_microdeposits. Throws when they are wrong.
void verify_account(store::Transaction& tx, const store::Document& payment_method,
                    const Json& params);
void mark_verified(store::Transaction& tx, const store::Document& payment_method);
// next_action while it waits for that; the page is the one that 3D Secure has.
[[nodiscard]] Json microdeposits_action(const Json& intent, Seconds now);

}  // namespace okapi::engine
