// Billing credits: which grant pays which line, and the ledger (usage-billing 4).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "billing/credit.h"
#include "store/account.h"

namespace okapi::engine {

struct CreditApplication {
  std::string grant;
  std::string line;  // il_…
  std::int64_t amount = 0;
  std::string transaction;  // cbtxn_test_…; empty while nothing is posted (drafts, previews)
};

// What the customer's grants would pay of this invoice now (drafts, previews, finalization). The
// invoice tree holds `customer`, `currency`, `period_end`, `parent` and its lines with amounts and
// discounts. Reads only.
[[nodiscard]] std::vector<CreditApplication> plan_credits(const store::Transaction& tx,
                                                          const Json& invoice);
// The same, posted: one debit transaction per grant and line, events included.
std::vector<CreditApplication> post_credits(store::Transaction& tx, const Json& invoice);
// The invoice was voided: what it drew comes back (and expires at once when the grant is past
// expiry).
void reinstate_credits(store::Transaction& tx, std::string_view invoice_id);
// One step of time: the grant reached expires_at.
void expire_grant(store::Transaction& tx, const store::Document& grant);

// Stores a grant that has been checked, with the credit that opens its ledger.
store::Document grant_credits(store::Transaction& tx, Json grant);
// Debits what is left; the caller writes voided_at.
void void_credits(store::Transaction& tx, const store::Document& grant);
// Whether an invoice ever drew on the grant, even partly, even when it gave the amount back.
[[nodiscard]] bool was_applied(const store::Transaction& tx, std::string_view grant_id);

enum class GrantState { pending, granted, depleted, expired, voided };
[[nodiscard]] GrantState state_of(const store::Transaction& tx, const store::Document& grant);

// The amount left in the ledger.
[[nodiscard]] std::int64_t ledger_balance(const store::Transaction& tx, std::string_view grant_id);
struct GrantBalance {
  store::Document grant;
  std::int64_t ledger = 0;
  std::int64_t available = 0;  // now, without what draft invoices set aside
};
// Of every grant of the customer, oldest first.
[[nodiscard]] std::vector<GrantBalance> grant_balances(const store::Transaction& tx,
                                                       std::string_view customer);

}  // namespace okapi::engine
