#include "engine/refunds.h"

#include "api/error.h"
#include "api/operation.h"
#include "base/text.h"
#include "billing/currency.h"
#include "engine/charges.h"
#include "engine/payment_methods.h"
#include "engine/payments.h"

namespace okapi::engine {
namespace {

constexpr Seconds authorization_life = 7 * day;  // Stripe: of most cards (docs, place a hold)

std::int64_t amount_left(const Json& charge) {
  return integer(charge, "amount") - integer(charge, "amount_refunded");
}

std::int64_t checked_amount(const Json& charge, const RefundRequest& request) {
  if (text(charge, "status") != "succeeded") {
    throw api::invalid_request(
        concat("Charge ", text(charge, "id"), " has not succeeded and cannot be refunded."),
        "charge");
  }
  const std::int64_t left = amount_left(charge);
  if (left == 0) {
    throw api::invalid_request(concat("Charge ", text(charge, "id"), " has already been refunded."),
                               {}, "charge_already_refunded");
  }
  const std::int64_t amount = request.amount.value_or(left);
  if (amount < 1) throw api::at_least(request.param, 1);
  if (amount > left) {
    const std::string currency = text(charge, "currency");
    const auto money = [&](std::int64_t cents) {
      return billing::price_text(currency, Decimal::from_integer(cents));
    };
    throw api::invalid_request(
        concat("Refund amount (", money(amount), ") is greater than unrefunded amount on charge (",
               money(left), ")"),
        request.param);
  }
  return amount;
}

// Stripe: two test cards have refunds that are pending first, or fail afterwards (docs, testing).
void plan_outcome(const store::Transaction& tx, const Json& charge, Json& refund) {
  const auto id = maybe_text(charge, "payment_method");
  const store::Document method = id ? tx.find("payment_method", *id) : store::Document();
  const TestCard* card = method ? test_card_of(tx, method) : nullptr;
  if (card == nullptr) return;
  if (card->name == "pendingRefund") {
    refund["status"] = "pending";
    refund["_outcome"] = "succeeded";
  }
  if (card->name == "refundFail") refund["_outcome"] = "failed";
}

// The money comes back.
void fail_refund(store::Transaction& tx, Json& refund) {
  refund["failure_reason"] = "lost_or_stolen_card";
  if (!has(refund, "balance_transaction")) return;
  Json back = refund;
  back["amount"] = -integer(refund, "amount");
  const std::string id = refund_transaction(tx, back);
  tx.update(tx.find("balance_transaction", id), [](Json& edited) {
    edited["description"] = "REFUND FAILURE";
    edited["reporting_category"] = "refund_failure";
    edited["type"] = "refund_failure";
  });
  refund["failure_balance_transaction"] = id;
}

}  // namespace

void settle_refund(store::Transaction& tx, const store::Document& refund, const api::Settings&) {
  const std::string outcome = text(*refund, "_outcome");
  const bool failed = outcome == "failed";
  const store::Document settled = tx.update(refund, [&](Json& edited) {
    edited["status"] = outcome;
    edited.erase("_outcome");
    if (failed) fail_refund(tx, edited);
  });
  const store::Document charge = tx.find("charge", text(*settled, "charge"));
  if (failed) {
    tx.update(charge, [&](Json& edited) {
      edited["amount_refunded"] = integer(edited, "amount_refunded") - integer(*settled, "amount");
      edited["refunded"] = false;
    });
    tx.emit("refund.failed", settled);
  }
  tx.emit("refund.updated", settled);
  tx.emit("charge.refund.updated", settled);
}

void refund_due(const Json& refund, std::vector<store::Due>& due) {
  if (!has(refund, "_outcome")) return;
  due.push_back({.at = integer(refund, "created"), .rank = 7, .action = "settle", .clock = ""});
}

namespace {

// Writes the refund and counts it on the charge; gives the refund.
store::Document write_refund(store::Transaction& tx, const store::Document& charge,
                             std::int64_t amount, const RefundRequest& request) {
  Json refund = api::default_object(tx, "refund");
  refund.update({{"amount", amount},
                 {"charge", charge.id()},
                 {"created", payment_time(tx, *charge)},
                 {"currency", charge->at("currency")},
                 {"destination_details",
                  {{"card",
                    {{"reference_status", "pending"},
                     {"reference_type", "acquirer_reference_number"},
                     {"type", "refund"}}},
                   {"type", "card"}}},
                 {"metadata", request.metadata},
                 {"payment_intent", charge->at("payment_intent")},
                 {"reason", request.reason},
                 {"receipt_number", nullptr},
                 {"status", "succeeded"}});
  // An authorization that is given back never reached the balance.
  refund["balance_transaction"] =
      boolean(*charge, "captured") ? Json(refund_transaction(tx, refund)) : Json();
  plan_outcome(tx, *charge, refund);
  store::Document stored = tx.insert(std::move(refund));
  tx.update(charge, [&](Json& edited) {
    const std::int64_t total = integer(edited, "amount_refunded") + amount;
    edited["amount_refunded"] = total;
    edited["refunded"] = total == integer(edited, "amount");
  });
  tx.emit("refund.created", stored);
  return stored;
}

}  // namespace

store::Document refund_charge(store::Transaction& tx, const RefundRequest& request) {
  const store::Document charge = api::require_param(tx, "charge", request.charge, "charge");
  store::Document refund = write_refund(tx, charge, checked_amount(*charge, request), request);
  tx.emit("charge.refunded", charge);
  return refund;
}

void expire_charge(store::Transaction& tx, const store::Document& charge, const api::Settings&) {
  write_refund(tx, charge, amount_left(*charge),
               {.charge = charge.id(), .reason = "expired_uncaptured_charge"});
  tx.emit("charge.expired", charge);
  if (const auto intent = maybe_text(*charge, "payment_intent")) {
    tx.update(tx.find("payment_intent", *intent),
              [](Json& edited) { edited["amount_capturable"] = 0; });
    cancel_payment_intent(tx, *intent, "expired");
  }
}

void charge_due(const Json& charge, std::vector<store::Due>& due) {
  const bool waits = text(charge, "status") == "succeeded" && !boolean(charge, "captured") &&
                     !boolean(charge, "refunded");
  if (!waits) return;
  due.push_back({.at = integer(charge, "created") + authorization_life,
                 .rank = 8,
                 .action = "expire",
                 .clock = ""});
}

store::Document charge_of_intent(store::Transaction& tx, const std::string& intent) {
  const store::Document found = api::require_param(tx, "payment_intent", intent, "payment_intent");
  const auto charge = maybe_text(*found, "latest_charge");
  store::Document latest = charge ? tx.find("charge", *charge) : store::Document();
  if (latest && text(*latest, "status") == "succeeded") return latest;
  throw api::invalid_request(
      concat("This PaymentIntent (", intent, ") does not have a successful charge to refund."),
      "payment_intent");
}

}  // namespace okapi::engine
