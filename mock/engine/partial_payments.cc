#include "engine/partial_payments.h"

#include <algorithm>

#include "api/error.h"
#include "api/operation.h"
#include "base/text.h"
#include "engine/balance.h"
#include "engine/collection.h"
#include "engine/payments.h"
#include "engine/standing.h"

namespace okapi::engine {
namespace {

void check_attachable(const store::Transaction& tx, const Json& invoice, const Json& intent) {
  if (text(invoice, "status") != "open") {
    throw api::invalid_request("Payments can only be attached to open invoices. This invoice is " +
                               text(invoice, "status") + ".");
  }
  if (!tx.where("invoice_payment", "payment.payment_intent", text(intent, "id")).empty()) {
    throw api::invalid_request("This PaymentIntent is already attached to an invoice.",
                               "payment_intent");
  }
  if (text(intent, "currency") != text(invoice, "currency")) {
    throw api::invalid_request(
        "The currency of the PaymentIntent does not match that of the invoice.", "payment_intent");
  }
  if (maybe_text(intent, "customer") != text(invoice, "customer")) {
    throw api::invalid_request(
        "The customer of the PaymentIntent does not match that of the invoice.", "payment_intent");
  }
  if (text(intent, "status") == "canceled") {
    throw api::invalid_request("A canceled PaymentIntent cannot be attached to an invoice.",
                               "payment_intent");
  }
}

// What is left to the invoice's own payment.
void lower_default_payment(store::Transaction& tx, const Json& invoice) {
  const store::Document payment = payment_of(tx, invoice);
  if (!payment || text(*payment, "status") != "open") return;
  const Json& remaining = invoice.at("amount_remaining");
  tx.update(payment, [&](Json& edited) { edited["amount_requested"] = remaining; });
  const store::Document intent =
      tx.find("payment_intent", text(payment->at("payment"), "payment_intent"));
  tx.update(intent, [&](Json& edited) { edited["amount"] = remaining; });
}

void credit_overpaid(store::Transaction& tx, const Json& invoice, std::int64_t overpaid) {
  const store::Document customer = tx.find("customer", text(invoice, "customer"));
  if (!customer || overpaid <= 0) return;
  adjust_customer_balance(tx, customer,
                          {.amount = -overpaid,
                           .type = "invoice_overpaid",
                           .currency = text(invoice, "currency"),
                           .invoice = text(invoice, "id")});
  tx.emit("customer.updated", customer);
}

}  // namespace

store::Document attach_payment(store::Transaction& tx, const store::Document& invoice,
                               const Json& params) {
  if (has(params, "payment_record")) {
    throw api::not_implemented("attaching a payment record to an invoice");
  }
  if (!has(params, "payment_intent")) throw api::missing_parameter("payment_intent");
  const store::Document intent =
      api::require_param(tx, "payment_intent", text(params, "payment_intent"), "payment_intent");
  check_attachable(tx, *invoice, *intent);
  Json payment = api::default_object(tx, "invoice_payment");
  payment["amount_paid"] = nullptr;
  payment["amount_requested"] = intent->at("amount");
  payment["currency"] = invoice->at("currency");
  payment["invoice"] = invoice.id();
  payment["is_default"] = false;
  payment["payment"] = {{"payment_intent", intent.id()}, {"type", "payment_intent"}};
  payment["status"] = "open";
  payment["status_transitions"] = {{"canceled_at", nullptr}, {"paid_at", nullptr}};
  const store::Document attached = tx.insert(std::move(payment));
  if (text(*intent, "status") == "succeeded") count_attached_payment(tx, attached);
  return tx.find("invoice", invoice.id());
}

void count_attached_payment(store::Transaction& tx, const store::Document& invoice_payment) {
  const store::Document intent =
      tx.find("payment_intent", text(invoice_payment->at("payment"), "payment_intent"));
  const store::Document invoice = tx.find("invoice", text(*invoice_payment, "invoice"));
  const std::int64_t received = integer(*intent, "amount_received");
  const store::Document counted = tx.update(invoice_payment, [&](Json& edited) {
    edited["amount_paid"] = received;
    edited["status"] = "paid";
    edited["status_transitions"]["paid_at"] = tx.now();
  });
  const std::int64_t due = integer(*invoice, "amount_due");
  const std::int64_t paid = integer(*invoice, "amount_paid") + received;
  const std::int64_t overpaid = std::max<std::int64_t>(0, paid - due);
  const store::Document updated = tx.update(invoice, [&](Json& edited) {
    edited["amount_paid"] = paid;
    edited["amount_remaining"] = std::max<std::int64_t>(0, due - paid);
    edited["amount_overpaid"] = overpaid;
  });
  if (paid < due) {
    lower_default_payment(tx, *updated);
    tx.emit("invoice.updated", updated);
  } else if (may_be_paid(*updated)) {
    close_as_paid(tx, updated);
    if (overpaid > 0) tx.emit("invoice.overpaid", updated);
  }
  tx.emit("invoice_payment.paid", counted);
  credit_overpaid(tx, *updated, overpaid);
}

}  // namespace okapi::engine
