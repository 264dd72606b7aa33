#include "billing/invoice.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "billing/currency.h"
#include "billing/subscription.h"

using namespace okapi::billing;

TEST_CASE("the customer's balance and the minimum charge decide what is due") {
  struct Case {
    std::string name;
    std::int64_t starting = 0;
    std::int64_t total = 0;
    std::int64_t due = 0;
    std::int64_t ending = 0;
    InvoiceStatus status = InvoiceStatus::paid;
  };
  const Case cases[] = {
      {"nothing", 0, 0, 0, 0, InvoiceStatus::paid},
      {"plain", 0, 2500, 2500, 0, InvoiceStatus::open},
      {"credit is used", -334, 2500, 2166, 0, InvoiceStatus::open},
      {"credit covers all", -5000, 2500, 0, -2500, InvoiceStatus::paid},
      {"credit covers exactly", -2500, 2500, 0, 0, InvoiceStatus::paid},
      {"a negative total becomes credit", 0, -334, 0, -334, InvoiceStatus::paid},
      {"a negative total against debt", 1000, -334, 0, 666, InvoiceStatus::paid},
      {"below the minimum", 0, 49, 0, 49, InvoiceStatus::paid},
      {"tiny usage invoice", 0, 25, 0, 25, InvoiceStatus::paid},
      {"debt is collected", 49, 2500, 2549, 0, InvoiceStatus::open},
      {"exactly the minimum", 0, 50, 50, 0, InvoiceStatus::open},
      {"credit leaves less than the minimum", -10, 50, 0, 40, InvoiceStatus::paid},
      {"debt lifts it over the minimum", 30, 20, 50, 0, InvoiceStatus::open},
      {"debt and total stay below", 20, 25, 0, 45, InvoiceStatus::paid},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const InvoiceLine line{.amount = c.total};
    const InvoiceTotals totals = totals_of(
        {&line, 1}, {.starting_balance = c.starting, .minimum_charge = minimum_charge("usd")});
    CHECK(totals.subtotal == c.total);
    CHECK(totals.total == c.total);
    CHECK(totals.amount_due == c.due);
    CHECK(totals.amount_remaining == c.due);
    CHECK(totals.ending_balance == c.ending);
    CHECK(totals.amount_due == totals.total + totals.applied_balance - totals.carried_over);
    CHECK(totals.ending_balance - totals.starting_balance ==
          totals.carried_over - totals.applied_balance);
    CHECK(status_when_finalized(totals) == c.status);
  }
}

TEST_CASE("discount, credit, tax and balance come in this order") {
  // 10000, 10 % off, credit of 5000, exclusive tax of 8 % on the remaining 4000.
  const InvoiceLine line{.amount = 10'000,
                         .discounts = {{.discount = "di_1", .amount = 1'000}},
                         .credits = {{.grant = "credgr_1", .amount = 5'000}},
                         .taxes = {{.tax_rate = "txr_1", .amount = 320}}};
  CHECK(after_discounts(line) == 9'000);
  CHECK(taxable(line) == 4'000);
  const InvoiceTotals totals =
      totals_of({&line, 1}, {.starting_balance = -1'000, .minimum_charge = 50});
  CHECK(totals.subtotal == 10'000);
  CHECK(totals.discounts == 1'000);
  CHECK(totals.credits == 5'000);
  CHECK(totals.exclusive_tax == 320);
  CHECK(totals.total_excluding_tax == 4'000);
  CHECK(totals.total == 4'320);
  CHECK(totals.amount_due == 3'320);
  CHECK(totals.ending_balance == 0);
}

TEST_CASE("discounts of items lower the subtotal, those of the invoice the total") {
  const std::vector<InvoiceLine> lines = {
      {.amount = 2'000,
       .discounts = {{.discount = "di_1", .amount = 300, .of_invoice = false},
                     {.discount = "di_2", .amount = 170}}},
      {.amount = 500, .taxes = {{.tax_rate = "txr_1", .amount = 80, .inclusive = true}}}};
  const InvoiceTotals totals = totals_of(lines, {.minimum_charge = 50, .amount_paid = 30});
  CHECK(totals.subtotal == 2'200);
  CHECK(totals.subtotal_excluding_tax == 2'120);
  CHECK(totals.discounts == 170);
  CHECK(totals.total == 2'030);
  CHECK(totals.total_excluding_tax == 1'950);
  CHECK(totals.inclusive_tax == 80);
  CHECK(totals.amount_remaining == 2'000);
}

TEST_CASE("credit notes before payment lower what is due; credits can cover all") {
  const InvoiceLine line{.amount = 4'490, .credits = {{.grant = "credgr_1", .amount = 4'490}}};
  CHECK(totals_of({&line, 1}, {.minimum_charge = 50}).amount_due == 0);
  const InvoiceLine plain{.amount = 4'490};
  const InvoiceTotals totals =
      totals_of({&plain, 1}, {.minimum_charge = 50, .credited_before_payment = 490});
  CHECK(totals.total == 4'490);
  CHECK(totals.amount_due == 4'000);
  CHECK(totals_of({}, {}).total == 0);
}

TEST_CASE("which call each status of an invoice allows") {
  struct Case {
    std::string name;
    InvoiceAction action = InvoiceAction::del;
    std::string statuses;  // d o p u v
  };
  const Case cases[] = {{"delete", InvoiceAction::del, "d"},
                        {"finalize", InvoiceAction::finalize, "d"},
                        {"pay", InvoiceAction::pay, "dou"},
                        {"send", InvoiceAction::send, "do"},
                        {"void", InvoiceAction::void_invoice, "ou"},
                        {"mark uncollectible", InvoiceAction::mark_uncollectible, "o"},
                        {"edit lines", InvoiceAction::edit, "d"}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    std::string allowed;
    for (const std::string word : {"draft", "open", "paid", "uncollectible", "void"}) {
      const std::optional<InvoiceStatus> status = find_invoice_status(word);
      REQUIRE(status.has_value());
      CHECK(to_word(*status) == word);
      if (allows(*status, c.action)) allowed += word[0];
    }
    CHECK(allowed == c.statuses);
  }
  CHECK_FALSE(find_invoice_status("voided").has_value());
}

TEST_CASE("what the statuses of a subscription mean for its renewals") {
  struct Case {
    std::string word;
    bool terminal = false;
    bool billable = false;
    bool advances = false;
  };
  const Case cases[] = {
      {"incomplete", false, false, false}, {"incomplete_expired", true, false, false},
      {"trialing", false, false, false},   {"active", false, true, true},
      {"past_due", false, true, true},     {"canceled", true, false, false},
      {"unpaid", false, true, false},      {"paused", false, false, false}};
  for (const Case& c : cases) {
    CAPTURE(c.word);
    const std::optional<SubscriptionStatus> status = find_subscription_status(c.word);
    REQUIRE(status.has_value());
    CHECK(to_word(*status) == c.word);
    CHECK(is_terminal(*status) == c.terminal);
    CHECK(is_billable(*status) == c.billable);
    CHECK(advances_invoices(*status) == c.advances);
  }
  CHECK_FALSE(find_subscription_status("cancelled").has_value());
}
