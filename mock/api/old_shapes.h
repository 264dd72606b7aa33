// Shapes that several objects had in older versions, for the changes in versions/.
#pragma once

#include "api/version.h"

namespace okapi::api {

// `taxes` of an invoice, a line, a credit note as the tax_amounts they were before basil.
[[nodiscard]] Json old_tax_amounts(const Json& taxes);
[[nodiscard]] std::int64_t sum_of_taxes(const Json& taxes, bool inclusive_only);
// amount_excluding_tax and unit_amount_excluding_tax of a line; reads amount, quantity, taxes.
void add_amounts_excluding_tax(Json& line, const Json& unit_amount_decimal);

// price and plan of what was charged for; both null without `pricing`.
void add_price_and_plan(Json& object, const Lookup& lookup);

// How an invoice was or will be paid. Null where there is nothing yet.
// NOLINTNEXTLINE(bugprone-exception-escape): moving a Json checks its invariant
struct OldPayment {
  Json payment_intent;
  Json charge;
  bool out_of_band = false;
};
[[nodiscard]] OldPayment payment_of_invoice(const Json& invoice, const Lookup& lookup);
// The invoice that a PaymentIntent pays; null when it pays none.
[[nodiscard]] Json invoice_of_payment(const Json& payment_intent, const Lookup& lookup);
// The first of `discounts`, whole; null when there is none.
[[nodiscard]] Json first_discount(const Json& object, const Lookup& lookup);

}  // namespace okapi::api
