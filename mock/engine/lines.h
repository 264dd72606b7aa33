// What a bill is made of: lines of subscription items, licensed and metered, and of invoice items,
// each with the workings that explain it.
#pragma once

#include <string>

#include "base/decimal.h"
#include "engine/bill.h"
#include "engine/terms.h"

namespace okapi::engine {

// Where the lines of a subscription item come from.
struct ItemSource {
  std::string subscription;
  std::string item;
  std::string price;
  Json metadata = Json::object();  // Stripe: lines mirror the subscription's
  Json discounts = Json::array();  // of the item
  Json tax_rates = nullptr;        // ids; null: those of the invoice
  billing::Period period;          // as shown
  // Metered: until when usage counts; empty: until the period's end.
  std::optional<Seconds> usage_until = {};
};
[[nodiscard]] ItemSource item_source(const Json& subscription, const Json& item,
                                     billing::Period period);

// In advance: `quantity` of the price for the period to come.
void add_licensed_lines(store::Transaction& tx, Bill& bill, const ItemSource& source,
                        Decimal quantity);
// The same for a part of `whole`: a first period that ends at a later anchor, a last one that ends
// at cancel_at. No proration in Stripe's sense: an ordinary line with a smaller amount.
void add_partial_lines(store::Transaction& tx, Bill& bill, const ItemSource& source,
                       Decimal quantity, billing::Period whole);
// Classic billing, backdated: whole intervals and a part of the last one, on one line.
struct Intervals {
  Decimal quantity;
  int whole_intervals = 0;
  billing::Period last = {};
};
void add_intervals_line(store::Transaction& tx, Bill& bill, const ItemSource& source,
                        const Intervals& intervals);
// Nothing to pay: "Free trial for 1 × Product" (classic: "Trial period for Product").
struct TrialLine {
  Decimal quantity;
  bool flexible = true;
  bool metered = false;
};
void add_trial_line(store::Transaction& tx, Bill& bill, const ItemSource& source,
                    const TrialLine& trial);
// In arrears: what the meter counted for the bill's customer in the period.
void add_metered_lines(store::Transaction& tx, Bill& bill, const ItemSource& source);
// Classic billing: the first invoice shows that metered items are there.
void add_empty_metered_lines(store::Transaction& tx, Bill& bill, const ItemSource& source);
// Computes the metered lines of a draft again: late usage joins, line ids stay.
void refresh_metered_lines(store::Transaction& tx, Bill& bill);

// The line of a one-off or pending invoice item.
void add_invoice_item_line(store::Transaction& tx, Bill& bill, const Json& invoice_item);
// Which invoice item a line stands for; empty: none.
[[nodiscard]] std::string invoice_item_of(const Json& line);

}  // namespace okapi::engine
