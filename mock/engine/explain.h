// The workings of an invoice, written by the computation that billed it, never by a second one.
// They are a document of kind "okapi.explanation" whose id is the invoice's; every line sums to the
// invoice.
//
// {"id": "in_…", "object": "okapi.explanation", "customer", "currency", "number" or null,
//  "billing_reason", "period": {"start", "end"},
//  "lines": [{
//     "line": "il_…", "description", "price" or null, "period": {"start", "end"},
//     "kind": "licensed" | "metered" | "invoice_item" | "proration" |
//             "trial" | "previously_billed",
//     "usage": null or {"meter", "event_name", "formula", "start", "end", "events": 3,
//                       "aggregate": "60.5", "left_out": "0", "quantity": "60.5"},
//     "steps": [{"kind": "per_unit" | "package" | "tier_unit" | "tier_flat" | "amount" |
//                        "previously_billed",
//                "tier": 2, "tiers_mode", "above": "100000", "up_to": "…" or null,   (tiers)
//                "divide_by": 60, "round": "up", "quantity": "150",     (packages)
//                "units": "50000", "unit_amount": "0.1", "exact": "5000", "amount": 5000}],
//                                       (exact = units x unit_amount, amount = exact rounded once;
//                                        of a part of a period also "whole_amount", "seconds",
//                                        "period_seconds")
//               {"kind": "proration", "base": "-2500", "seconds": 2591996,
//                "period_seconds": 2592000, "exact": "-2500 x 2591996 / 2592000",
//                "rounding": "half_toward_minus_infinity", "amount": -2500}
//     "amount": 5000,                       what the steps give, rounded once
//     "discounts": [{"discount": "di_…", "amount", "level": "item" | "invoice", "percent_off"?}],
//     "credits": [{"grant", "name", "amount", "transaction" or null}],
//     "net": 5000,                          amount - discounts - credits
//     "tax_rates": ["txr_…"] or null,       of the line itself; null: those of the invoice
//     "taxes": [{"tax_rate", "percentage": "7.95", "inclusive", "base": 15660, "amount": 1245}]}],
//  "subtotal", "discounts", "credits", "tax", "total",
//  "starting_balance", "applied_balance", "carried_over", "amount_due", "ending_balance"}
//
// "credit_notes": [{"credit_note", "number", "amount", "pre_payment", "post_payment"}], where
// there are any; amount_due is less what they took off before payment; a void one appears again,
// negative.
//
// total = subtotal - discounts - credits + tax; amount_due = total + applied_balance -
// carried_over, where applied_balance is what the customer's balance adds (negative: what it pays)
// and carried_over what is left to the next invoice because it is below the minimum charge.
#pragma once

#include <string>

#include "base/json.h"

namespace okapi::engine {

// For people: aligned, like a receipt with its workings.
[[nodiscard]] std::string explanation_text(const Json& explanation);

}  // namespace okapi::engine
