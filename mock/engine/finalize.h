// From draft to an invoice that stands: usage counted for the last time, credits posted, number
// given, the customer's balance applied, a payment opened (usage-billing 3.2,
// subscriptions-invoices 3.3-3.5).
#pragma once

#include <optional>

#include "api/operation.h"
#include "engine/bill.h"

namespace okapi::engine {

// The draft as it would be finalized now: metered lines, planned credits, balance and totals.
// Writes only what changed, without an event; anything but a draft comes back as it is.
store::Document refresh_draft(store::Transaction& tx, const store::Document& invoice);
// The same at the customer's own time; every read of an invoice goes through it.
store::Document refresh_for_reading(store::Transaction& tx, const store::Document& invoice);

// invoice.updated after invoice.finalized: not in the request that made the invoice, and only once
// where an attempt that fails will tell of it.
enum class UpdatedEvent { always, never, when_nothing_is_due };

struct FinalizeOptions {
  std::optional<bool> auto_advance = {};  // empty: as the draft had it
  UpdatedEvent updated = UpdatedEvent::always;
  bool numbered = true;  // Stripe: the negative final invoice of a cancel has none
};
// Gives the invoice `open`, or `paid` when nothing is due. Nothing is charged yet.
store::Document finalize_invoice(store::Transaction& tx, const store::Document& invoice,
                                 const api::Settings& settings,
                                 const FinalizeOptions& options = {});

// The step of a draft that auto-advances: finalize, then collect or send.
void finalize_by_itself(store::Transaction& tx, const store::Document& invoice,
                        const api::Settings& settings);

}  // namespace okapi::engine
