#include "engine/finalize.h"

#include "api/error.h"
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
#include "engine/tax_table.h"
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

struct BalanceUse {
  std::int64_t applied = 0;       // pays of the invoice
  std::int64_t carried_over = 0;  // left to the next invoice
};

BalanceUse balance_use(const Bill& bill) {
  return {.applied = integer(bill.explanation, "applied_balance"),
          .carried_over = integer(bill.explanation, "carried_over")};
}

void change_balance(store::Transaction& tx, const Json& invoice, const BalanceUse& change) {
  const store::Document customer = tx.find("customer", text(invoice, "customer"));
  const auto adjust = [&](std::int64_t amount, const char* type) {
    if (amount == 0) return;
    adjust_customer_balance(tx, tx.find("customer", customer.id()),
                            {.amount = amount,
                             .type = type,
                             .currency = text(invoice, "currency"),
                             .invoice = text(invoice, "id")});
  };
  adjust(-change.applied, "applied_to_invoice");
  adjust(change.carried_over,
         integer(invoice, "amount_due") > 0 ? "invoice_too_large" : "invoice_too_small");
  if (change.applied != 0 || change.carried_over != 0) tx.emit("customer.updated", customer);
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
  invoice["last_finalization_error"] = nullptr;
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

// Stripe: automations that the account may switch on.
void plan_notices(Json& invoice, const api::Settings& settings) {
  if (!has(invoice, "due_date") || text(invoice, "status") != "open") return;
  if (settings.will_be_due_days) invoice["_will_be_due_days"] = *settings.will_be_due_days;
  if (settings.overdue_days) invoice["_overdue_days"] = *settings.overdue_days;
}

// Stripe: the negative final invoice of a cancellation turns uncollectible within seconds, and what
// it owes the customer is lost (recorded).
store::Document write_off(store::Transaction& tx, Bill bill) {
  bill.invoice["ending_balance"] = bill.invoice.at("starting_balance");
  bill.explanation["ending_balance"] = bill.invoice.at("starting_balance");
  bill.invoice["auto_advance"] = false;
  bill.invoice["status"] = "uncollectible";
  bill.invoice["status_transitions"]["marked_uncollectible_at"] = tx.now();
  store::Document stands = store_bill(tx, std::move(bill));
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
  if (boolean(invoice->at("automatic_tax"), "enabled")) {
    check_tax_location(tx, text(*invoice, "customer"));
  }
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
  plan_notices(bill.invoice, settings);
  const BalanceUse used = balance_use(bill);
  store::Document stands = store_bill(tx, std::move(bill));
  tx.emit("invoice.finalized", stands);
  if (tells_update(options.updated, due)) tx.emit("invoice.updated", stands);
  use_up_discounts(tx, *stands);
  change_balance(tx, *stands, used);
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

namespace {

void fail_to_finalize(store::Transaction& tx, const store::Document& invoice,
                      const api::ApiError& why) {
  Json error = {{"message", why.message}, {"type", why.type}};
  if (!why.code.empty()) error["code"] = why.code;
  if (!why.param.empty()) error["param"] = why.param;
  tx.emit("invoice.finalization_failed", tx.update(invoice, [&](Json& edited) {
    edited["last_finalization_error"] = std::move(error);
    // It waits for a hand: nothing would be different the next time.
    edited["automatically_finalizes_at"] = nullptr;
    edited["next_payment_attempt"] = nullptr;
  }));
}

void finalize_and_collect(store::Transaction& tx, const store::Document& invoice,
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

}  // namespace

void finalize_by_itself(store::Transaction& tx, const store::Document& invoice,
                        const api::Settings& settings) {
  const store::Transaction::Savepoint before = tx.savepoint();
  try {
    finalize_and_collect(tx, invoice, settings);
  } catch (const api::ApiError& refusal) {
    tx.roll_back(before);
    fail_to_finalize(tx, invoice, refusal);
  } catch (const OutOfRange&) {
    tx.roll_back(before);
    fail_to_finalize(tx, invoice, api::invalid_request("The invoice's amounts are too large."));
  }
}

}  // namespace okapi::engine
