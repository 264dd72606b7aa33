#include "billing/invoice.h"

#include <algorithm>
#include <iterator>

#include "base/check.h"

namespace okapi::billing {
namespace {

struct Word {
  InvoiceStatus status = InvoiceStatus::draft;
  std::string_view text;
};
constexpr Word words[] = {{InvoiceStatus::draft, "draft"},
                          {InvoiceStatus::open, "open"},
                          {InvoiceStatus::paid, "paid"},
                          {InvoiceStatus::uncollectible, "uncollectible"},
                          {InvoiceStatus::voided, "void"}};

struct Allowed {
  InvoiceAction action = InvoiceAction::del;
  bool draft = false;
  bool open = false;
  bool paid = false;
  bool uncollectible = false;
  bool voided = false;
};
// Stripe: workflow transitions. Voiding an uncollectible invoice is documented, though one recorded
// attempt was refused.
constexpr Allowed calls[] = {
    {.action = InvoiceAction::del, .draft = true},
    {.action = InvoiceAction::finalize, .draft = true},
    {.action = InvoiceAction::pay, .draft = true, .open = true, .uncollectible = true},
    {.action = InvoiceAction::send, .draft = true, .open = true},
    {.action = InvoiceAction::void_invoice, .open = true, .uncollectible = true},
    {.action = InvoiceAction::mark_uncollectible, .open = true},
    {.action = InvoiceAction::edit, .draft = true},
};

void add_line(InvoiceTotals& totals, const InvoiceLine& line) {
  totals.subtotal += line.amount;
  for (const LineDiscount& discount : line.discounts) {
    if (discount.of_invoice) {
      totals.discounts += discount.amount;
    } else {
      totals.subtotal -= discount.amount;
    }
  }
  for (const LineCredit& credit : line.credits) totals.credits += credit.amount;
  for (const LineTax& tax : line.taxes) {
    (tax.inclusive ? totals.inclusive_tax : totals.exclusive_tax) += tax.amount;
  }
}

// Stripe: a negative total becomes the customer's credit; credit pays before money does; what is
// left below the minimum charge is carried over as the customer's debt (billing/customer/balance).
// Guess: so is what one charge cannot take; the type of the balance transaction is all that is
// documented.
void apply_balance(InvoiceTotals& totals, const InvoiceTerms& terms) {
  const std::int64_t due = totals.total + totals.starting_balance;
  if (totals.total < 0 || due <= 0) {
    totals.applied_balance = -totals.total;
  } else if (due < terms.minimum_charge) {
    totals.carried_over = totals.total;
  } else {
    totals.applied_balance = totals.starting_balance;
    totals.carried_over = std::max<std::int64_t>(due - terms.maximum_charge, 0);
  }
  totals.ending_balance = totals.starting_balance - totals.applied_balance + totals.carried_over;
  totals.amount_due = totals.total + totals.applied_balance - totals.carried_over;
}

}  // namespace

InvoiceTotals totals_of(std::span<const InvoiceLine> lines, const InvoiceTerms& terms) {
  InvoiceTotals totals{.starting_balance = terms.starting_balance};
  for (const InvoiceLine& line : lines) add_line(totals, line);
  totals.total =
      totals.subtotal - totals.discounts - totals.credits + totals.exclusive_tax + terms.shipping;
  totals.subtotal_excluding_tax = totals.subtotal - totals.inclusive_tax;
  totals.total_excluding_tax = totals.total - totals.exclusive_tax - totals.inclusive_tax;
  apply_balance(totals, terms);
  totals.amount_due -= terms.credited_before_payment;
  totals.amount_remaining = totals.amount_due - terms.amount_paid;
  return totals;
}

std::int64_t after_discounts(const InvoiceLine& line) {
  std::int64_t amount = line.amount;
  for (const LineDiscount& discount : line.discounts) amount -= discount.amount;
  return amount;
}

std::int64_t taxable(const InvoiceLine& line) {
  std::int64_t amount = after_discounts(line);
  for (const LineCredit& credit : line.credits) amount -= credit.amount;
  return amount;
}

std::string_view to_word(InvoiceStatus status) {
  return std::ranges::find(words, status, &Word::status)->text;
}

std::optional<InvoiceStatus> find_invoice_status(std::string_view word) {
  const auto found = std::ranges::find(words, word, &Word::text);
  if (found == std::end(words)) return std::nullopt;
  return found->status;
}

bool allows(InvoiceStatus status, InvoiceAction action) {
  const Allowed& call = *std::ranges::find(calls, action, &Allowed::action);
  switch (status) {
    case InvoiceStatus::draft:
      return call.draft;
    case InvoiceStatus::open:
      return call.open;
    case InvoiceStatus::paid:
      return call.paid;
    case InvoiceStatus::uncollectible:
      return call.uncollectible;
    case InvoiceStatus::voided:
      return call.voided;
  }
  OKAPI_UNREACHABLE();
}

InvoiceStatus status_when_finalized(const InvoiceTotals& totals) {
  return totals.amount_due > 0 ? InvoiceStatus::open : InvoiceStatus::paid;
}

}  // namespace okapi::billing
