#include "engine/finalize.h"

#include "base/check.h"
#include "engine/balance.h"
#include "engine/clock.h"
#include "engine/collection.h"
#include "engine/credits.h"
#include "engine/discounts.h"
#include "engine/lines.h"
#include "engine/pauses.h"
#include "engine/payments.h"
#include "engine/revisions.h"
#include "engine/standing.h"
#include "engine/taxes.h"

namespace okapi::engine {
namespace {

bool is_draft(const Json& invoice) { return text(invoice, "status") == "draft"; }

// Stripe: discounts stand among the amounts before tax, too.
Json discounts_before_tax(const Json& line) {
  Json rows = Json::array();
  for (const Json& row : line.at("discount_amounts")) {
    rows.push_back(
        {{"amount", row.at("amount")}, {"discount", row.at("discount")}, {"type", "discount"}});
  }
  return rows;
}

// Writes what the grants paid, or would pay, onto the lines and into the workings.
void write_credits(const store::Transaction& tx, Bill& bill,
                   const std::vector<CreditApplication>& applications) {
  for (std::size_t i = 0; i < bill.lines().size(); ++i) {
    Json& line = bill.lines()[i];
    Json& working = bill.workings()[i];
    line["pretax_credit_amounts"] = discounts_before_tax(line);
    working["credits"] = Json::array();
    for (const CreditApplication& applied : applications) {
      if (applied.line != text(line, "id")) continue;
      // Stripe: null until the credit is posted, at finalization.
      const Json transaction = applied.transaction.empty() ? Json() : Json(applied.transaction);
      line["pretax_credit_amounts"].push_back({{"amount", applied.amount},
                                               {"credit_balance_transaction", transaction},
                                               {"type", "credit_balance_transaction"}});
      const store::Document grant = tx.find("billing.credit_grant", applied.grant);
      working["credits"].push_back({{"amount", applied.amount},
                                    {"grant", applied.grant},
                                    {"name", grant ? grant->at("name") : Json()},
                                    {"transaction", transaction}});
    }
  }
}

// PREFIX-0001: one sequence per customer, at least four digits.
std::string next_invoice_number(store::Transaction& tx, const store::Document& customer) {
  const std::int64_t sequence = integer(*customer, "next_invoice_sequence");
  tx.update(customer, [&](Json& edited) { edited["next_invoice_sequence"] = sequence + 1; });
  std::string digits = std::to_string(sequence);
  if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
  return text(*customer, "invoice_prefix") + "-" + digits;
}

// What the balance pays of the invoice, or is left to the next one.
void apply_balance(store::Transaction& tx, const Json& invoice) {
  const std::int64_t change =
      integer(invoice, "ending_balance") - integer(invoice, "starting_balance");
  if (change == 0) return;
  const store::Document customer = tx.find("customer", text(invoice, "customer"));
  const bool too_small =
      change > 0 && integer(invoice, "total") > 0 && integer(invoice, "ending_balance") > 0;
  adjust_customer_balance(tx, customer,
                          {.amount = change,
                           .type = too_small ? "invoice_too_small" : "applied_to_invoice",
                           .currency = text(invoice, "currency"),
                           .invoice = text(invoice, "id")});
  tx.emit("customer.updated", customer);
}

void write_links(const store::Transaction& tx, Json& invoice, const std::string& base_url) {
  // Differs: Stripe's stand on invoice.stripe.com and pay.stripe.com.
  const std::string place = tx.account_id() + "/test_" + text(invoice, "id");
  invoice["hosted_invoice_url"] = base_url + "/i/" + place + "?s=ap";
  invoice["invoice_pdf"] = base_url + "/invoice/" + place + "/pdf?s=ap";
}

std::string payment_description(const Json& invoice) {
  if (at_path(invoice, {"parent", "subscription_details"}).is_null()) return "Payment for Invoice";
  return text(invoice, "billing_reason") == "subscription_create" ? "Subscription creation"
                                                                  : "Subscription update";
}

void open_payment(store::Transaction& tx, const Json& invoice) {
  const bool of_subscription = !at_path(invoice, {"parent", "subscription_details"}).is_null();
  const std::string intent = open_payment_intent(tx, {.customer = text(invoice, "customer"),
                                                      .currency = text(invoice, "currency"),
                                                      .amount = integer(invoice, "amount_due"),
                                                      .description = payment_description(invoice),
                                                      .invoice = text(invoice, "id"),
                                                      .setup_future_usage = of_subscription});
  Json payment = api::default_object(tx, "invoice_payment");
  payment["amount_paid"] = nullptr;
  payment["amount_requested"] = invoice.at("amount_due");
  payment["currency"] = invoice.at("currency");
  payment["invoice"] = invoice.at("id");
  payment["is_default"] = true;
  payment["payment"] = {{"payment_intent", intent}, {"type", "payment_intent"}};
  payment["status"] = "open";
  payment["status_transitions"] = {{"canceled_at", nullptr}, {"paid_at", nullptr}};
  tx.insert(std::move(payment));
}

// Fields that finalization fixes, whatever is due.
void freeze(store::Transaction& tx, Bill& bill, const api::Settings& settings, bool numbered) {
  Json& invoice = bill.invoice;
  const store::Document customer = tx.find("customer", text(invoice, "customer"));
  if (numbered && !has(invoice, "number")) invoice["number"] = next_invoice_number(tx, customer);
  bill.explanation["number"] = invoice.at("number");
  if (!has(invoice, "effective_at")) invoice["effective_at"] = tx.now();
  invoice["status_transitions"]["finalized_at"] = tx.now();
  invoice["automatically_finalizes_at"] = nullptr;
  invoice["next_payment_attempt"] = nullptr;
  if (has(invoice, "rendering")) invoice["rendering"]["pdf"] = {{"page_size", "letter"}};
  write_links(tx, invoice, settings.base_url);
}

// Nothing due: credit, balance or a carry-over took it all. Stripe: paid without a payment.
void pay_nothing(Json& invoice, Seconds now) {
  invoice["attempted"] = true;
  invoice["auto_advance"] = false;
  invoice["status"] = "paid";
  invoice["status_transitions"]["paid_at"] = now;
}

// Stripe: the negative final invoice of a cancellation turns uncollectible within seconds, and what
// it owes the customer is lost (recorded).
store::Document write_off(store::Transaction& tx, Bill bill) {
  bill.invoice["ending_balance"] = bill.invoice.at("starting_balance");
  bill.explanation["ending_balance"] = bill.invoice.at("starting_balance");
  bill.invoice["auto_advance"] = false;
  bill.invoice["status"] = "uncollectible";
  bill.invoice["status_transitions"]["marked_uncollectible_at"] = tx.now();
  const store::Document stands = store_bill(tx, std::move(bill));
  tx.emit("invoice.finalized", stands);
  tx.emit("invoice.marked_uncollectible", stands);
  return stands;
}

bool tells_update(UpdatedEvent updated, bool due) {
  using enum UpdatedEvent;
  switch (updated) {
    case always:
      return true;
    case never:
      return false;
    case when_nothing_is_due:
      return !due;
  }
  OKAPI_UNREACHABLE();
}

}  // namespace

void settle_bill(const store::Transaction& tx, Bill& bill) {
  apply_discounts(tx, bill);
  write_credits(tx, bill, plan_credits(tx, credit_view(bill)));
  apply_taxes(tx, bill);
  settle_totals(tx, bill);
}

store::Document refresh_draft(store::Transaction& tx, const store::Document& invoice) {
  if (!is_draft(*invoice)) return invoice;
  Bill bill = open_bill(tx, invoice);
  const store::Document customer = tx.find("customer", text(bill.invoice, "customer"));
  if (!customer) return invoice;
  copy_customer(tx, bill.invoice, *customer);
  refresh_metered_lines(tx, bill);
  settle_bill(tx, bill);
  return store_bill(tx, std::move(bill));
}

store::Document refresh_for_reading(store::Transaction& tx, const store::Document& invoice) {
  if (!is_draft(*invoice)) return invoice;
  const store::Document customer = tx.find("customer", text(*invoice, "customer"));
  if (customer) tx.set_now(now_of(tx, *customer));
  return refresh_draft(tx, invoice);
}

store::Document finalize_invoice(store::Transaction& tx, const store::Document& invoice,
                                 const api::Settings& settings, const FinalizeOptions& options) {
  OKAPI_CHECK(is_draft(*invoice));
  replace_original(tx, *invoice);
  Bill bill = open_bill(tx, invoice);
  if (const store::Document customer = tx.find("customer", text(bill.invoice, "customer"))) {
    copy_customer(tx, bill.invoice, *customer);
  }
  refresh_metered_lines(tx, bill);
  apply_discounts(tx, bill);
  // Stripe: after discounts, before tax and before the customer's balance.
  write_credits(tx, bill, post_credits(tx, credit_view(bill)));
  apply_taxes(tx, bill);
  settle_totals(tx, bill);
  if (options.auto_advance) bill.invoice["auto_advance"] = *options.auto_advance;
  freeze(tx, bill, settings, options.numbered);
  bill.invoice["ending_balance"] = bill.explanation.at("ending_balance");
  if (!options.numbered) return write_off(tx, std::move(bill));
  const bool due = integer(bill.invoice, "amount_due") > 0;
  if (due) {
    bill.invoice["status"] = "open";
  } else {
    pay_nothing(bill.invoice, tx.now());
  }
  const store::Document stands = store_bill(tx, std::move(bill));
  tx.emit("invoice.finalized", stands);
  if (tells_update(options.updated, due)) tx.emit("invoice.updated", stands);
  use_up_discounts(tx, *stands);
  apply_balance(tx, *stands);
  if (due) {
    open_payment(tx, *stands);
    return stands;
  }
  tx.emit("invoice.paid", stands);
  tx.emit("invoice.payment_succeeded", stands);
  return stands;
}

namespace {

// Whether the attempt after finalization will go through.
bool will_be_paid(const store::Transaction& tx, const Json& invoice) {
  const store::Document method = payment_method_for(tx, invoice);
  return method && foresee_payment(tx, method, true) == PaymentStatus::succeeded;
}

}  // namespace

void finalize_by_itself(store::Transaction& tx, const store::Document& invoice,
                        const api::Settings& settings) {
  const bool sends = text(*invoice, "collection_method") == "send_invoice";
  // One invoice.updated tells of the whole step: here, or after the attempt that failed.
  const UpdatedEvent updated = sends                        ? UpdatedEvent::never
                               : will_be_paid(tx, *invoice) ? UpdatedEvent::always
                                                            : UpdatedEvent::when_nothing_is_due;
  const store::Document stands = finalize_invoice(tx, invoice, settings, {.updated = updated});
  if (sends) {
    tx.emit("invoice.sent", stands);
    return;
  }
  if (text(*stands, "status") != "open") return;
  const store::Document subscription = subscription_of(tx, *stands);
  const std::string paused = subscription ? paused_collection(*subscription) : std::string();
  if (paused == "void") {
    void_invoice(tx, stands);
  } else if (paused == "mark_uncollectible") {
    mark_uncollectible(tx, stands);
  } else {
    collect_automatically(tx, stands, settings);
  }
}

}  // namespace okapi::engine
