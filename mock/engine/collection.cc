#include "engine/collection.h"

#include "base/check.h"
#include "engine/balance.h"
#include "engine/checkout/completion.h"
#include "engine/clock.h"
#include "engine/credits.h"
#include "engine/cycle.h"
#include "engine/partial_payments.h"
#include "engine/pending_update.h"
#include "engine/standing.h"

namespace okapi::engine {
namespace {

using Status = PaymentResult::Status;

void settle_payment(store::Transaction& tx, const Json& invoice, const char* status,
                    const char* moment) {
  const store::Document payment = payment_of(tx, invoice);
  if (!payment || text(*payment, "status") != "open") return;
  tx.update(payment, [&](Json& edited) {
    edited["status"] = status;
    edited["status_transitions"][moment] = tx.now();
    if (edited["status"] == "paid") edited["amount_paid"] = edited["amount_requested"];
  });
}

// Nobody is going to pay the invoice by its own intent any more.
void drop_open_payment(store::Transaction& tx, const Json& invoice) {
  const store::Document payment = payment_of(tx, invoice);
  if (!payment || text(*payment, "status") != "open") return;
  cancel_payment_intent(tx, text(payment->at("payment"), "payment_intent"));
  settle_payment(tx, invoice, "canceled", "canceled_at");
}

// An open invoice leaves the queue of attempts, whatever it becomes.
void close(Json& invoice, const char* status, const char* moment, Seconds now) {
  invoice["auto_advance"] = false;
  invoice["next_payment_attempt"] = nullptr;
  invoice["status"] = status;
  invoice["status_transitions"][moment] = now;
}

void mark_paid(Json& invoice, Seconds now) {
  close(invoice, "paid", "paid_at", now);
  invoice["amount_paid"] = invoice["amount_due"];
  invoice["amount_remaining"] = 0;
}

// payment_settings.save_default_payment_method=on_subscription. Gives the subscription as it is
// then; empty when nothing changed.
store::Document keep_payment_method(store::Transaction& tx, const store::Document& invoice) {
  const store::Document subscription = subscription_of(tx, *invoice);
  if (!subscription ||
      at_path(*subscription, {"payment_settings", "save_default_payment_method"}) !=
          "on_subscription") {
    return {};
  }
  const store::Document payment = payment_of(tx, *invoice);
  if (!payment || !has(payment->at("payment"), "payment_intent")) return {};
  const store::Document intent =
      tx.find("payment_intent", text(payment->at("payment"), "payment_intent"));
  const Json& method = intent->at("payment_method");
  if (method.is_null() || subscription->at("default_payment_method") == method) return {};
  return tx.update(subscription, [&](Json& edited) { edited["default_payment_method"] = method; });
}

store::Document succeed(store::Transaction& tx, const store::Document& invoice,
                        const PaymentTry& attempt) {
  store::Document paid = tx.update(invoice, [&](Json& edited) {
    // Stripe: /pay by hand does not count after the first attempt.
    const std::int64_t count = integer(edited, "attempt_count");
    if (attempt.automatic || count == 0) edited["attempt_count"] = count + 1;
    edited["attempted"] = true;
    mark_paid(edited, tx.now());
  });
  if (attempt.updated_event) tx.emit("invoice.updated", paid);
  tx.emit("invoice.paid", paid);
  tx.emit("invoice.payment_succeeded", paid);
  const store::Document kept = keep_payment_method(tx, paid);
  if (!attempt.starts_subscription) {
    if (const store::Document subscription = subscription_of(tx, *paid)) {
      const bool told = judge_subscription(tx, subscription);
      if (kept && !told && !attempt.updated_subscription) {
        tx.emit("customer.subscription.updated", kept);
      }
      apply_pending_update(tx, tx.find("subscription", subscription.id()), paid.id());
    }
    set_delinquent(tx, text(*paid, "customer"), false);
  }
  if (attempt.updated_subscription) {
    tx.emit("customer.subscription.updated", attempt.updated_subscription);
  }
  settle_payment(tx, *paid, "paid", "paid_at");
  tx.emit("invoice_payment.paid", payment_of(tx, *paid));
  return paid;
}

// When the nth failed attempt is followed by another: +3, +5, +7 days, each after the last failure.
std::optional<Seconds> next_attempt(const api::Settings& settings, std::int64_t failures,
                                    Seconds now) {
  const auto index = static_cast<std::size_t>(failures - 1);
  if (index >= settings.retry_days.size()) return std::nullopt;
  return now + settings.retry_days[index] * day;
}

// Stripe: a card that wants its holder says so in either way, by an intent that waits and by the
// decline of a payment that nobody attends (the CLI's trigger of payment_action_required).
bool asks_the_customer(Status status, const std::optional<api::ApiError>& refusal) {
  if (status == Status::requires_action) return true;
  return refusal && refusal->code == "authentication_required";
}

struct Failure {
  Status status;
  std::optional<api::ApiError> refusal = {};
  std::string hard_declined = {};  // the method, when it will never be charged again
};

store::Document fail(store::Transaction& tx, const store::Document& invoice,
                     const api::Settings& settings, const PaymentTry& attempt,
                     const Failure& failure) {
  std::optional<Seconds> next;
  store::Document failed = tx.update(invoice, [&](Json& edited) {
    std::int64_t count = integer(edited, "attempt_count");
    // Stripe: authentication that is asked for is no attempt yet (recorded: attempt_count 0).
    const bool counts = !attempt.counted && (attempt.automatic || count == 0);
    if (counts && failure.status != Status::requires_action) edited["attempt_count"] = ++count;
    edited["attempted"] = true;
    if (!failure.hard_declined.empty()) edited["_hard_declined"] = failure.hard_declined;
    if (!attempt.automatic || attempt.starts_subscription) return;
    next = next_attempt(settings, std::max<std::int64_t>(count, 1), tx.now());
    edited["next_payment_attempt"] = next ? Json(*next) : Json();
    if (!next) edited["auto_advance"] = false;
  });
  if (attempt.automatic && !attempt.starts_subscription) tx.emit("invoice.updated", failed);
  if (asks_the_customer(failure.status, failure.refusal)) {
    tx.emit("invoice.payment_action_required", failed);
  }
  if (failure.status != Status::waits_for_another_method) tx.emit("invoice.payment_failed", failed);
  if (attempt.starts_subscription || !attempt.automatic) return failed;
  const store::Document subscription = subscription_of(tx, *failed);
  if (subscription && next) mark_past_due(tx, subscription);
  set_delinquent(tx, text(*failed, "customer"), true);
  if (subscription && !next) end_for_failed_payment(tx, subscription, settings);
  return tx.find("invoice", failed.id());
}

// Stripe: docs, smart retries. Of the codes that the test cards give.
bool is_hard_decline(const api::ApiError& refusal) {
  const std::string code = maybe_text(refusal.extra, "decline_code").value_or(refusal.code);
  for (const char* hard :
       {"authentication_required", "highest_risk_level", "incorrect_number", "lost_card",
        "pickup_card", "revocation_of_all_authorizations", "revocation_of_authorization",
        "stolen_card", "transaction_not_allowed"}) {
    if (code == hard) return true;
  }
  return false;
}

// A debit that the bank has yet to make: the invoice stays open, and no retry is due meanwhile.
store::Document wait_for_bank(store::Transaction& tx, const store::Document& invoice,
                              const PaymentTry& attempt) {
  store::Document waiting = tx.update(invoice, [&](Json& edited) {
    const std::int64_t count = integer(edited, "attempt_count");
    if (attempt.automatic || count == 0) edited["attempt_count"] = count + 1;
    edited["attempted"] = true;
    edited["next_payment_attempt"] = nullptr;
  });
  if (attempt.updated_event) tx.emit("invoice.updated", waiting);
  return waiting;
}

}  // namespace

bool may_be_paid(const Json& invoice) {
  const std::string& status = text(invoice, "status");
  return status == "open" || status == "uncollectible";
}

store::Document payment_of(const store::Transaction& tx, const Json& invoice) {
  store::Document found;
  tx.scan_down_where("invoice_payment", "invoice", text(invoice, "id"), 0,
                     [&](const store::Document& payment) {
                       found = payment;
                       return !boolean(*payment, "is_default");
                     });
  return found;
}

PaymentResult try_payment(store::Transaction& tx, const store::Document& invoice,
                          const api::Settings& settings, const PaymentTry& attempt) {
  OKAPI_CHECK(may_be_paid(*invoice));
  const store::Document method =
      attempt.payment_method ? attempt.payment_method : payment_method_for(tx, *invoice);
  if (!method) {
    if (!attempt.automatic) return {.status = Status::no_payment_method, .invoice = invoice};
    return {.status = Status::no_payment_method,
            .invoice = fail(tx, invoice, settings, attempt, {Status::no_payment_method})};
  }
  const store::Document payment = payment_of(tx, *invoice);
  // The negative last invoice of a cancellation was written off without ever asking for money.
  if (!payment) throw api::invalid_request("This invoice has nothing left to be paid.");
  const std::string intent = text(payment->at("payment"), "payment_intent");
  const PaymentOutcome outcome = confirm_payment_intent(tx, intent, method, attempt.off_session);
  if (outcome.status == PaymentStatus::succeeded) {
    return {.status = Status::paid, .invoice = succeed(tx, invoice, attempt)};
  }
  if (outcome.status == PaymentStatus::processing) {
    return {.status = Status::processing, .invoice = wait_for_bank(tx, invoice, attempt)};
  }
  const Status status =
      outcome.status == PaymentStatus::declined ? Status::declined : Status::requires_action;
  const bool hard = outcome.refusal && is_hard_decline(*outcome.refusal);
  return {.status = status,
          .invoice = fail(tx, invoice, settings, attempt,
                          {status, outcome.refusal, hard ? method.id() : std::string()}),
          .refusal = outcome.refusal};
}

store::Document invoice_of_intent(const store::Transaction& tx, std::string_view payment_intent) {
  const std::vector<store::Document> payments =
      tx.where("invoice_payment", "payment.payment_intent", payment_intent);
  return payments.empty() ? store::Document()
                          : tx.find("invoice", text(*payments.back(), "invoice"));
}

void intent_succeeded(store::Transaction& tx, std::string_view payment_intent) {
  const std::vector<store::Document> payments =
      tx.where("invoice_payment", "payment.payment_intent", payment_intent);
  if (!payments.empty() && !boolean(*payments.back(), "is_default")) {
    count_attached_payment(tx, payments.back());
    return;
  }
  const store::Document invoice = invoice_of_intent(tx, payment_intent);
  if (!invoice || !may_be_paid(*invoice)) return;
  succeed(tx, invoice, {.automatic = false});
}

void settle_intent(store::Transaction& tx, const store::Document& intent,
                   const api::Settings& settings) {
  const store::Document invoice = invoice_of_intent(tx, intent.id());
  const store::Document customer =
      invoice ? tx.find("customer", text(*invoice, "customer")) : store::Document();
  if (customer) tx.set_now(now_of(tx, *customer));
  const PaymentOutcome outcome = settle_debit(tx, intent);
  if (outcome.status == PaymentStatus::succeeded) {
    intent_succeeded(tx, intent.id());
  } else if (invoice && text(*invoice, "status") == "open") {
    fail(tx, invoice, settings, {.counted = true}, {Status::declined});
  }
  follow_session(tx, intent.id());
}

void intent_due(const Json& intent, std::vector<store::Due>& due) {
  // Stripe: bank debits do not settle by a test clock (docs, test clocks).
  if (const auto at = maybe_integer(intent, "_settles_at")) {
    due.push_back({.at = *at, .rank = 7, .action = "settle", .clock = ""});
  }
}

void collect_automatically(store::Transaction& tx, const store::Document& invoice,
                           const api::Settings& settings) {
  try_payment(tx, invoice, settings, {.updated_event = false});
}

void retry_payment(store::Transaction& tx, const store::Document& invoice,
                   const api::Settings& settings) {
  const store::Document method = payment_method_for(tx, *invoice);
  // Stripe: after a hard decline retries go on being scheduled and counted, but nothing is charged
  // until there is another payment method (types, attempt_count).
  if (method && maybe_text(*invoice, "_hard_declined") == method.id()) {
    fail(tx, invoice, settings, {}, {Status::waits_for_another_method});
    return;
  }
  try_payment(tx, invoice, settings, {});
}

store::Document collect_soon(store::Transaction& tx, const store::Document& invoice) {
  return tx.update(invoice, [](Json& edited) { edited["_collect"] = true; });
}

void collect_at_once(store::Transaction& tx, const store::Document& invoice,
                     const api::Settings& settings) {
  if (const store::Document customer = tx.find("customer", text(*invoice, "customer"))) {
    tx.set_now(now_of(tx, *customer));
  }
  const store::Document asked = tx.update(invoice, [](Json& edited) { edited.erase("_collect"); });
  try_payment(tx, asked, settings, {});
}

void pass_due_date(store::Transaction& tx, const store::Document& invoice, const api::Settings&) {
  const store::Document late = tx.update(invoice, [](Json& edited) { edited["_overdue"] = true; });
  if (const store::Document subscription = subscription_of(tx, *late)) {
    mark_past_due(tx, subscription);
  }
  set_delinquent(tx, text(*late, "customer"), true);
}

void notice_due_date(store::Transaction& tx, const store::Document& invoice, const api::Settings&) {
  tx.emit("invoice.will_be_due",
          tx.update(invoice, [](Json& edited) { edited.erase("_will_be_due_days"); }));
}

void notice_overdue(store::Transaction& tx, const store::Document& invoice, const api::Settings&) {
  tx.emit("invoice.overdue",
          tx.update(invoice, [](Json& edited) { edited.erase("_overdue_days"); }));
}

store::Document close_as_paid(store::Transaction& tx, const store::Document& invoice) {
  store::Document paid = tx.update(invoice, [&](Json& edited) {
    close(edited, "paid", "paid_at", tx.now());
    edited["attempted"] = true;
  });
  drop_open_payment(tx, *paid);
  tx.emit("invoice.updated", paid);
  tx.emit("invoice.paid", paid);
  tx.emit("invoice.payment_succeeded", paid);
  if (const store::Document subscription = subscription_of(tx, *paid)) {
    judge_subscription(tx, subscription);
  }
  set_delinquent(tx, text(*paid, "customer"), false);
  return paid;
}

store::Document pay_out_of_band(store::Transaction& tx, const store::Document& invoice) {
  store::Document paid = tx.update(invoice, [&](Json& edited) { mark_paid(edited, tx.now()); });
  drop_open_payment(tx, *paid);
  tx.emit("invoice.updated", paid);
  // Stripe: no invoice.payment_succeeded, since nothing went through Stripe.
  tx.emit("invoice.paid", paid);
  if (const store::Document subscription = subscription_of(tx, *paid)) {
    judge_subscription(tx, subscription);
  }
  set_delinquent(tx, text(*paid, "customer"), false);
  return paid;
}

void suggest_payment_method(store::Transaction& tx, const Json& invoice) {
  const store::Document method = payment_method_for(tx, invoice);
  const store::Document payment = payment_of(tx, invoice);
  if (!method || !payment) return;
  tx.update(tx.find("payment_intent", text(payment->at("payment"), "payment_intent")),
            [&](Json& edited) {
              edited["payment_method"] = method.id();
              edited["status"] = "requires_confirmation";
            });
}

store::Document void_invoice(store::Transaction& tx, const store::Document& invoice) {
  store::Document voided =
      tx.update(invoice, [&](Json& edited) { close(edited, "void", "voided_at", tx.now()); });
  tx.emit("invoice.updated", voided);
  tx.emit("invoice.voided", voided);
  drop_open_payment(tx, *voided);
  reinstate_credits(tx, voided.id());
  // Stripe: amounts stay as they were; what the balance paid is given back.
  const std::int64_t applied =
      integer(*voided, "ending_balance") - integer(*voided, "starting_balance");
  if (const store::Document customer = tx.find("customer", text(*voided, "customer"));
      customer && applied != 0) {
    adjust_customer_balance(tx, customer,
                            {.amount = -applied,
                             .type = "unapplied_from_invoice",
                             .currency = text(*voided, "currency"),
                             .invoice = voided.id()});
    tx.emit("customer.updated", customer);
  }
  const store::Document subscription = subscription_of(tx, *voided);
  if (subscription && text(*subscription, "status") == "incomplete") {
    end_incomplete(tx, subscription);
  } else if (subscription) {
    drop_pending_update(tx, subscription, voided.id());
    judge_subscription(tx, subscription);
  }
  return voided;
}

store::Document mark_uncollectible(store::Transaction& tx, const store::Document& invoice) {
  store::Document marked = tx.update(invoice, [&](Json& edited) {
    // Stripe: a payment may still come in; only the attempts by themselves stop.
    close(edited, "uncollectible", "marked_uncollectible_at", tx.now());
  });
  tx.emit("invoice.updated", marked);
  tx.emit("invoice.marked_uncollectible", marked);
  if (const store::Document subscription = subscription_of(tx, *marked)) {
    judge_subscription(tx, subscription);
  }
  set_delinquent(tx, text(*marked, "customer"), false);
  return marked;
}

}  // namespace okapi::engine
