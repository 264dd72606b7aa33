// Discounts: coupons redeemed by a customer, a subscription, an item, an invoice or an invoice
// item, and what they take off a bill (subscriptions-invoices 2.10). The arithmetic is
// billing/discount.h's.
#pragma once

#include <string>

#include "engine/bill.h"

namespace okapi::engine {

// Whose the discounts are; what is empty is null.
struct DiscountOwner {
  std::string customer;
  std::string currency;  // that the coupon must be in; empty: not known yet
  std::string subscription = {};
  std::string subscription_item = {};
  std::string invoice = {};
  std::string invoice_item = {};
  bool announces = false;  // customer.discount.created, .updated and .deleted
  bool counts = true;      // as a redemption; what a quote offers does not yet
};
// A `discounts` parameter: [{coupon | promotion_code | discount}], or null to have none. Redeems
// what is new, keeps what names a discount of `before`; gives the ids. `param` is its full name.
[[nodiscard]] Json set_discounts(store::Transaction& tx, const DiscountOwner& owner,
                                 const Json& asked, const Json& before, const std::string& param);
// The same coupons and codes again, as a `discounts` parameter for another owner.
[[nodiscard]] Json as_discount_params(const store::Transaction& tx, const Json& ids);
// Takes a discount away; the answer of the calls that delete one.
[[nodiscard]] Json delete_discount(store::Transaction& tx, const store::Document& discount);

// The ids that count now: repeating ones end (subscription or customer).
[[nodiscard]] Json active_discounts(const store::Transaction& tx, const Json& ids, Seconds now);
// Those of an invoice of this subscription: its own, else the customer's.
[[nodiscard]] Json discounts_of_bill(const store::Transaction& tx, const Json& customer,
                                     const Json* subscription, Seconds now);

// Writes discount_amounts of every line and total_discount_amounts: the items' discounts first,
// then the invoice's, each on what the one before left.
void apply_discounts(const store::Transaction& tx, Bill& bill);
// Finalization: `once` has had its invoice.
void use_up_discounts(store::Transaction& tx, const Json& invoice);

}  // namespace okapi::engine
