// An invoice in numbers: which amounts follow from its lines, and which calls its status allows
// (subscriptions-invoices 3.1, 3.5). Discounts, credits and taxes are lists that the lines bring
// along; who computes them does not matter here.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace okapi::billing {

struct LineDiscount {
  std::string discount;  // di_…
  std::int64_t amount = 0;
  bool of_invoice = true;  // a share of the invoice's own discount; else the item's
};
struct LineCredit {
  std::string grant;
  std::string transaction = {};  // empty on drafts and previews: nothing is posted yet
  std::int64_t amount = 0;
};
struct LineTax {
  std::string tax_rate;
  std::int64_t amount = 0;
  bool inclusive = false;
};

struct InvoiceLine {
  std::string id = {};
  std::int64_t amount = 0;  // before discounts, credits and exclusive tax
  std::vector<LineDiscount> discounts = {};
  std::vector<LineCredit> credits = {};
  std::vector<LineTax> taxes = {};
};

// What the totals need besides the lines.
struct InvoiceTerms {
  std::int64_t starting_balance = 0;  // of the customer; negative: we owe it to the customer
  std::int64_t minimum_charge = 0;
  std::int64_t maximum_charge = std::numeric_limits<std::int64_t>::max();
  std::int64_t shipping = 0;                 // part of the total, after all discounts
  std::int64_t credited_before_payment = 0;  // by credit notes
  std::int64_t amount_paid = 0;
};

struct InvoiceTotals {
  std::int64_t subtotal = 0;
  std::int64_t subtotal_excluding_tax = 0;
  std::int64_t discounts = 0;  // of the invoice; those of items are inside subtotal
  std::int64_t credits = 0;
  std::int64_t exclusive_tax = 0;
  std::int64_t inclusive_tax = 0;
  std::int64_t total = 0;
  std::int64_t total_excluding_tax = 0;
  std::int64_t starting_balance = 0;
  std::int64_t ending_balance = 0;
  std::int64_t amount_due = 0;
  std::int64_t amount_remaining = 0;
  // amount_due = total + applied_balance - carried_over (before credit notes). The customer's
  // balance changes by the opposite of the first (applied_to_invoice) or by the second
  // (invoice_too_small, invoice_too_large).
  std::int64_t applied_balance = 0;
  std::int64_t carried_over = 0;
};

// Order of application: lines, discounts, pretax credits, taxes, customer balance, credit notes.
[[nodiscard]] InvoiceTotals totals_of(std::span<const InvoiceLine> lines,
                                      const InvoiceTerms& terms);
// What a line leaves for the next step: credits see the amount after discounts, taxes see it after
// credits too.
[[nodiscard]] std::int64_t after_discounts(const InvoiceLine& line);
[[nodiscard]] std::int64_t taxable(const InvoiceLine& line);

enum class InvoiceStatus { draft, open, paid, uncollectible, voided };
enum class InvoiceAction { del, finalize, pay, send, void_invoice, mark_uncollectible, edit };

[[nodiscard]] std::string_view to_word(InvoiceStatus status);  // "void" for voided
[[nodiscard]] std::optional<InvoiceStatus> find_invoice_status(std::string_view word);
// Whether the call is taken at all; a draft that is paid or sent is finalized first. `edit` is any
// change of lines and of the fields that finalization freezes.
[[nodiscard]] bool allows(InvoiceStatus status, InvoiceAction action);
// Stripe: nothing to pay, zero or less, makes the invoice paid at once.
[[nodiscard]] InvoiceStatus status_when_finalized(const InvoiceTotals& totals);

}  // namespace okapi::billing
