#include "engine/bill_now.h"

#include "api/error.h"
#include "base/check.h"
#include "engine/collection.h"
#include "engine/finalize.h"
#include "engine/standing.h"

namespace okapi::engine {
namespace {

[[noreturn]] void refuse(const PaymentResult& result) {
  if (!result.refusal) throw api::subscription_requires_action();
  api::ApiError refusal = *result.refusal;
  refusal.commits = false;  // Stripe: nothing is changed
  throw refusal;
}

}  // namespace

BilledNow bill_now(store::Transaction& tx, const store::Document& subscription, Bill bill,
                   const api::Settings& settings, const BillNow& how) {
  if (bill.lines().empty()) return BilledNow::nothing;
  bill.invoice["auto_advance"] = true;
  const store::Document draft = store_draft(tx, std::move(bill));
  const store::Document updated =
      tx.update(subscription, [&](Json& edited) { edited["latest_invoice"] = draft.id(); });
  const store::Document invoice =
      finalize_invoice(tx, draft, settings, {.updated = UpdatedEvent::never});
  if (text(*invoice, "status") == "paid") {
    tx.emit("customer.subscription.updated", updated);
    return BilledNow::paid;
  }
  if (text(*invoice, "collection_method") == "send_invoice") {
    tx.emit("invoice.sent", invoice);
    tx.emit("customer.subscription.updated", updated);
    return BilledNow::sent;
  }
  if (how.payment_behavior == PaymentBehavior::default_incomplete) {
    mark_past_due(tx, updated);
    return BilledNow::unpaid;
  }
  if (!payment_method_for(tx, *invoice)) throw api::no_payment_method();
  const PaymentResult result = try_payment(tx, invoice, settings,
                                           {.off_session = how.off_session,
                                            .starts_subscription = how.keeps_status,
                                            .updated_event = false,
                                            .updated_subscription = updated});
  if (result.status == PaymentResult::Status::paid) return BilledNow::paid;
  if (result.status == PaymentResult::Status::processing) {
    tx.emit("customer.subscription.updated", updated);
    return BilledNow::paid;
  }
  if (how.payment_behavior == PaymentBehavior::error_if_incomplete) refuse(result);
  if (!how.keeps_status) tx.emit("customer.subscription.updated", updated);
  return BilledNow::unpaid;
}

}  // namespace okapi::engine
