// An invoice being worked on: its tree and its workings, kept in step line by line. Drafts and
// previews are bills; finalization turns the last bill of a draft into an invoice that stands.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "billing/period.h"
#include "store/account.h"

namespace okapi::engine {

struct Bill {
  Json invoice;      // lines.data inside
  Json explanation;  // its `lines` run parallel to those of the invoice
  bool preview = false;

  [[nodiscard]] Json& lines() { return invoice.at("lines").at("data"); }
  [[nodiscard]] const Json& lines() const { return invoice.at("lines").at("data"); }
  [[nodiscard]] Json& workings() { return explanation.at("lines"); }
};

struct NewBill {
  store::Document customer;
  const Json* subscription = nullptr;  // null: made by hand
  std::string currency;
  std::string billing_reason;
  billing::Period period;
  std::optional<std::string> collection_method = {};  // empty: the subscription's
  std::optional<std::int64_t> days_until_due = {};
  bool preview = false;
};
// An empty draft without auto_advance, not stored.
[[nodiscard]] Bill make_bill(store::Transaction& tx, const NewBill& wanted);

// The stored invoice with its workings.
[[nodiscard]] Bill open_bill(const store::Transaction& tx, const store::Document& invoice);
// Writes both, as new documents or over the old ones. The totals must have been settled.
store::Document store_bill(store::Transaction& tx, Bill bill);

// Appends a line with its workings. The line lacks only `id` and `invoice`.
void add_line(store::Transaction& tx, Bill& bill, Json line, Json working);
// The id of a new line: il_…, or il_tmp_… in previews.
[[nodiscard]] std::string new_line_id(store::Transaction& tx, const Bill& bill);

// Who is billed, as the customer is now: address, email, name, tax ids. A draft follows the
// customer, finalization keeps what stands there then.
void copy_customer(const store::Transaction& tx, Json& invoice, const Json& customer);

void set_automatic_tax(Json& invoice, bool enabled);
// `auto_advance` with the two times that hang on it (subscriptions-invoices 3.4). `finalizes_at` is
// when a draft goes on by itself.
void set_auto_advance(Json& invoice, bool auto_advance, Seconds finalizes_at);

// The one place where derived amounts are written (subscriptions-invoices 3.5): of each line, of
// the invoice and of the workings, from line amounts, discounts, credits and the customer's
// balance. A draft counts the balance as it is now and has no ending_balance yet.
void settle_totals(const store::Transaction& tx, Bill& bill);
// Everything that follows from the lines, in Stripe's order: discounts, the credits that the
// customer's grants would pay (none of them posted), taxes, totals.
void settle_bill(const store::Transaction& tx, Bill& bill);

// What plan_credits and post_credits may see: where usage was billed before, the amounts of the
// item's lines are cut to what is still owed, so that no grant pays twice.
[[nodiscard]] Json credit_view(const Bill& bill);

}  // namespace okapi::engine
