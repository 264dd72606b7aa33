// Updates that wait for their payment (payment_behavior=pending_if_incomplete,
// subscriptions-invoices 2.9): the subscription keeps its old values until the invoice is paid.
#pragma once

#include "api/operation.h"

namespace okapi::engine {

// Refuses parameters that cannot wait: only items, prorations, the anchor, trials and
// add_invoice_items can.
void check_can_wait(const Json& params);
// The payment of `changed`, billed by its latest_invoice, did not go through: `before` comes back,
// with pending_update beside it.
store::Document park_update(store::Transaction& tx, const store::Document& changed,
                            const Json& before);
// Its invoice was paid: the values count now. Nothing for invoices that no update waits for.
void apply_pending_update(store::Transaction& tx, const store::Document& subscription,
                          std::string_view invoice);
// Its invoice was voided.
void drop_pending_update(store::Transaction& tx, const store::Document& subscription,
                         std::string_view invoice);
// Guess: another change takes the place of one that waits, whose invoice is voided. Gives the
// subscription without it.
store::Document replace_pending_update(store::Transaction& tx, const store::Document& subscription);
// A step of time: expires_at is reached; the invoice is voided.
void expire_pending_update(store::Transaction& tx, const store::Document& subscription,
                           const api::Settings& settings);

}  // namespace okapi::engine
