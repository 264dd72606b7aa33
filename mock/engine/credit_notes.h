// Credit notes (subscriptions-invoices 4.1): what an invoice that stands is corrected by. Before
// payment they lower what is due; after it the money goes back to the card, to the customer's
// balance, or outside of Stripe.
#pragma once

#include <string>
#include <vector>

#include "api/operation.h"

namespace okapi::engine {

// A credit note with its lines, as the parameters of its creation make it; nothing is stored.
struct DraftedCreditNote {
  Json note;
  Json lines = Json::array();
  Json refunds = Json::array();    // of the parameters: existing ones that are counted in
  std::int64_t refund_amount = 0;  // to be refunded
  std::int64_t credit_amount = 0;  // to the customer's balance
};
// Throws for invoices that are drafts or void, for more than can still be credited, and for parts
// that do not add up to what was paid back.
[[nodiscard]] DraftedCreditNote draft_credit_note(store::Transaction& tx, const Json& params,
                                                  const api::Settings& settings);
// Stores it and does what it says to invoice, balance and charge; emits credit_note.created, the
// refund's events and invoice.updated.
store::Document issue_credit_note(store::Transaction& tx, DraftedCreditNote drafted,
                                  const api::Settings& settings);
// Gives an open invoice back what it owes. Throws where something was paid back.
store::Document void_credit_note(store::Transaction& tx, const store::Document& note);

}  // namespace okapi::engine
