// Invoice items: one-off amounts that wait for an invoice or stand on a draft
// (subscriptions-invoices 3.7, usage-billing 5).
#pragma once

#include <optional>
#include <string>

#include "billing/period.h"
#include "engine/bill.h"

namespace okapi::engine {

// What an item costs, from the parameters of its creation or update: exactly one of amount,
// pricing[price], price_data, unit_amount_decimal. `currency` empty: whatever they say.
struct ItemCost {
  std::string currency;
  std::int64_t amount = 0;
  Decimal quantity = Decimal::from_integer(1);
  Json pricing;
};
[[nodiscard]] ItemCost read_item_cost(store::Transaction& tx, const Json& params,
                                      const std::string& currency);
// True when the parameters speak of money at all.
[[nodiscard]] bool has_cost(const Json& params);
// Stripe: only an item that takes no discounts tells its amount after them (recorded).
void settle_net_amount(Json& invoice_item);
void set_cost(Json& invoice_item, const ItemCost& cost);

struct NewInvoiceItem {
  const Json& customer;
  ItemCost cost;
  std::string subscription = {};  // of parent.subscription_details; empty: null
  std::string subscription_item = {};
  std::optional<billing::Period> period = {};  // default: this second
  Json description = nullptr;
};
// A pending item, not stored.
[[nodiscard]] Json make_invoice_item(store::Transaction& tx, const NewInvoiceItem& wanted);

// Puts a stored item on a stored draft as its last line, and settles the draft.
store::Document attach_to_draft(store::Transaction& tx, const store::Document& invoice_item,
                                const store::Document& draft);
// The draft's line of the item follows a change, or goes away with it.
void update_on_draft(store::Transaction& tx, const store::Document& invoice_item);
void remove_from_draft(store::Transaction& tx, const store::Document& invoice_item);

// Stripe: usage that is open when its price leaves the subscription waits as an invoice item
// (flexible billing). Empty: there was none.
struct OpenUsage {
  const Json& subscription;
  const Json& item;
  Seconds until = 0;
};
[[nodiscard]] store::Document set_aside_usage(store::Transaction& tx, const OpenUsage& usage);

}  // namespace okapi::engine
