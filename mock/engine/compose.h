// Which lines an invoice of a subscription has: the first, a renewal, the last. Pure composition:
// the bill comes back unstored, so that previews and invoices are the same computation.
#pragma once

#include "engine/bill.h"

namespace okapi::engine {

// What the whole subscription covers now: the latest start and the earliest end of its items (docs,
// mixed intervals).
[[nodiscard]] billing::Period period_of(const Json& subscription);

// Licensed items for the period that begins, with billing_reason subscription_create.
[[nodiscard]] Bill compose_first(store::Transaction& tx, const Json& subscription, bool preview);
// At the end of a period: usage of the old one, licences of the new one. `ends` leaves the licences
// out: the subscription is over. Only items whose period has ended by `at` take part.
struct RenewalOptions {
  Seconds at = 0;
  bool ends = false;
  bool preview = false;
  bool pending = true;  // takes pending invoice items
  // The subscription as it was until now, whose usage is billed, where the subscription itself has
  // other items from now on; null: the same ones.
  const Json* ended = nullptr;
};
[[nodiscard]] Bill compose_renewal(store::Transaction& tx, const Json& subscription,
                                   const RenewalOptions& options);
// An update that is billed at once: what is pending, and with a new period that begins now also its
// licences and the usage until now (metered items still show the period that ends).
struct UpdateOptions {
  bool new_period = false;
  bool preview = false;
  std::string billing_reason = "subscription_update";
};
[[nodiscard]] Bill compose_update(store::Transaction& tx, const Json& subscription,
                                  const UpdateOptions& options);
// Only the pending items of the subscription itself, as if an invoice were made for it by hand.
[[nodiscard]] Bill compose_pending(store::Transaction& tx, const Json& subscription);
// Usage up to now of a subscription that is canceled now.
[[nodiscard]] Bill compose_last(store::Transaction& tx, const Json& subscription, bool preview);

// Pending invoice items of the customer in one currency, newest first: those of this subscription
// and those of none. Empty subscription: all of them.
struct PendingQuery {
  std::string customer;
  std::string currency;
  std::string subscription = {};
  bool of_subscription_only = false;  // leave out those that belong to no subscription
};
[[nodiscard]] std::vector<store::Document> pending_items_of(const store::Transaction& tx,
                                                            const PendingQuery& query);
// Marks the invoice items whose lines stand on a stored bill as invoiced by it.
void claim_invoice_items(store::Transaction& tx, const Json& invoice);

// Gives the items that end by `at` their next period.
void move_periods(Json& subscription, Seconds at);

}  // namespace okapi::engine
