#include "engine/disputes.h"

#include <string>
#include <string_view>

#include "api/error.h"
#include "base/text.h"
#include "engine/charges.h"
#include "engine/clock.h"
#include "engine/collection.h"
#include "engine/cycle.h"
#include "engine/payment_methods.h"
#include "engine/standing.h"

namespace okapi::engine {
namespace {

constexpr const char* kind = "dispute";
// Stripe: 15 dollars for a US account (pricing). Guess: the same number in every currency.
constexpr std::int64_t dispute_fee = 1500;
constexpr Seconds time_to_respond = 9 * day;  // Guess: as recorded due_by dates lie

bool is_inquiry(const Json& dispute) { return text(dispute, "status").starts_with("warning_"); }

bool is_open(const Json& dispute) {
  const std::string& status = text(dispute, "status");
  return status == "needs_response" || status == "warning_needs_response";
}

Json move_funds(store::Transaction& tx, const Json& dispute, bool withdraws) {
  const std::int64_t amount = integer(dispute, "amount") * (withdraws ? -1 : 1);
  const std::int64_t fee = withdraws ? dispute_fee : 0;
  const Seconds created = payment_time(tx, dispute);
  Json transaction = api::default_object(tx, "balance_transaction");
  transaction.update(
      {{"amount", amount},
       {"available_on", created},
       {"balance_type", "payments"},
       {"created", created},
       {"currency", dispute.at("currency")},
       {"description", concat(withdraws ? "Chargeback withdrawal for " : "Chargeback reversal for ",
                              text(dispute, "charge"))},
       {"exchange_rate", nullptr},
       {"fee", fee},
       {"fee_details", Json::array()},
       {"net", amount - fee},
       {"reporting_category", withdraws ? "dispute" : "dispute_reversal"},
       {"source", dispute.at("id")},
       {"status", "available"},
       {"type", "adjustment"}});
  if (withdraws) {
    transaction["fee_details"].push_back({{"amount", fee},
                                          {"application", nullptr},
                                          {"currency", dispute.at("currency")},
                                          {"description", "Dispute fee"},
                                          {"type", "stripe_fee"}});
  }
  return *tx.insert(std::move(transaction));
}

Seconds deadline(Seconds created) {
  return created - created % day + time_to_respond + day - 1;  // the last second of that day
}

Json new_dispute(store::Transaction& tx, const Json& charge, const char* reason, bool inquiry) {
  const Json& card = charge.at("payment_method_details").at("card");
  Json dispute = api::default_object(tx, kind);
  dispute["amount"] = charge.at("amount");
  dispute["balance_transactions"] = Json::array();
  dispute["charge"] = charge.at("id");
  dispute["created"] = payment_time(tx, charge);
  dispute["currency"] = charge.at("currency");
  dispute["enhanced_eligibility_types"] = Json::array();
  dispute["evidence"]["enhanced_evidence"] = Json::object();
  dispute["evidence_details"] = {{"due_by", deadline(payment_time(tx, charge))},
                                 {"enhanced_eligibility", Json::object()},
                                 {"has_evidence", false},
                                 {"past_due", false},
                                 {"submission_count", 0},
                                 {"submission_method", "not_submitted"}};
  dispute["is_charge_refundable"] = inquiry;
  dispute["metadata"] = Json::object();
  dispute["payment_intent"] = charge.at("payment_intent");
  dispute["payment_method_details"] = {{"card",
                                        {{"brand", card.at("brand")},
                                         {"case_type", inquiry ? "inquiry" : "chargeback"},
                                         {"network", card.at("network")},
                                         {"network_reason_code", inquiry ? "30" : "83"}}},
                                       {"type", "card"}};
  dispute["reason"] = reason;
  dispute["status"] = inquiry ? "warning_needs_response" : "needs_response";
  return dispute;
}

void open_dispute(store::Transaction& tx, const store::Document& charge, const char* reason,
                  bool inquiry) {
  Json dispute = new_dispute(tx, *charge, reason, inquiry);
  // Stripe: an inquiry leaves the money where it is.
  if (!inquiry) dispute["balance_transactions"].push_back(move_funds(tx, dispute, true));
  const store::Document opened = tx.insert(std::move(dispute));
  tx.update(charge, [](Json& edited) { edited["disputed"] = true; });
  tx.emit("charge.dispute.created", opened);
  if (!inquiry) tx.emit("charge.dispute.funds_withdrawn", opened);
}

void warn_of_fraud(store::Transaction& tx, const Json& charge) {
  Json warning = api::default_object(tx, "radar.early_fraud_warning");
  warning["actionable"] = true;
  warning["charge"] = charge.at("id");
  warning["created"] = payment_time(tx, charge);
  warning["fraud_type"] = "misc";
  warning["payment_intent"] = charge.at("payment_intent");
  tx.emit("radar.early_fraud_warning.created", tx.insert(std::move(warning)));
}

void end_subscription_of(store::Transaction& tx, const Json& dispute) {
  const auto intent = maybe_text(dispute, "payment_intent");
  const store::Document invoice = intent ? invoice_of_intent(tx, *intent) : store::Document();
  const store::Document subscription = invoice ? subscription_of(tx, *invoice) : store::Document();
  if (!subscription) return;
  tx.set_now(now_of(tx, *tx.find("customer", text(*subscription, "customer"))));
  end_for_lost_dispute(tx, subscription);
}

store::Document end_dispute(store::Transaction& tx, const store::Document& dispute,
                            const std::string& outcome, const api::Settings& settings) {
  const bool inquiry = is_inquiry(*dispute);
  const bool won = outcome == "won" && !inquiry;
  store::Document ended = tx.update(dispute, [&](Json& edited) {
    edited["status"] = inquiry ? "warning_closed" : outcome;
    if (won) edited["balance_transactions"].push_back(move_funds(tx, edited, false));
    edited.erase("_outcome");
  });
  tx.emit("charge.dispute.closed", ended);
  if (won) tx.emit("charge.dispute.funds_reinstated", ended);
  if (settings.cancel_when_dispute_lost && !won && !inquiry) end_subscription_of(tx, *ended);
  return ended;
}

}  // namespace

void follow_charge(store::Transaction& tx, const store::Document& charge,
                   const store::Document& payment_method) {
  const TestCard* card = test_card_of(tx, payment_method);
  if (card == nullptr) return;
  if (card->name == "createDispute") open_dispute(tx, charge, "fraudulent", false);
  if (card->name == "createDisputeInquiry") open_dispute(tx, charge, "fraudulent", true);
  if (card->name == "createDisputeProductNotReceived") {
    open_dispute(tx, charge, "product_not_received", false);
  }
  if (card->name == "createIssuerFraudRecord") warn_of_fraud(tx, *charge);
}

store::Document submit_evidence(store::Transaction& tx, const store::Document& dispute,
                                const Json& params) {
  if (!is_open(*dispute)) {
    // Guess: the sentence.
    for (const auto& [name, value] : params.items()) {
      if (name == "metadata") continue;
      throw api::invalid_request("This dispute is already closed, or its evidence was submitted.",
                                 name);
    }
  }
  store::Document updated = tx.update(dispute, [&](Json& edited) {
    api::merge_metadata(edited, params);
    if (!has(params, "evidence")) return;
    edited["evidence"].update(params.at("evidence"));
    Json& details = edited["evidence_details"];
    details["has_evidence"] = true;
    if (has(params, "submit") && !boolean(params, "submit")) return;
    details["submission_count"] = integer(details, "submission_count") + 1;
    details["submission_method"] = "manual";
    edited["status"] = is_inquiry(edited) ? "warning_under_review" : "under_review";
    const Json& words = edited.at("evidence").at("uncategorized_text");
    if (words == "winning_evidence") edited["_outcome"] = "won";
    if (words == "losing_evidence") edited["_outcome"] = "lost";
  });
  if (*updated != *dispute) tx.emit("charge.dispute.updated", updated);
  return updated;
}

store::Document close_dispute(store::Transaction& tx, const store::Document& dispute,
                              const api::Settings& settings) {
  if (!is_open(*dispute)) throw api::invalid_request("This dispute is already closed.");
  return end_dispute(tx, dispute, "lost", settings);
}

void decide_dispute(store::Transaction& tx, const store::Document& dispute,
                    const api::Settings& settings) {
  end_dispute(tx, dispute, text(*dispute, "_outcome"), settings);
}

void pass_deadline(store::Transaction& tx, const store::Document& dispute,
                   const api::Settings& settings) {
  const store::Document late =
      tx.update(dispute, [](Json& edited) { edited["evidence_details"]["past_due"] = true; });
  end_dispute(tx, late, "lost", settings);
}

void dispute_due(const Json& dispute, std::vector<store::Due>& due) {
  // Stripe: disputes do not run by a test clock (docs, test clocks).
  if (has(dispute, "_outcome")) {
    due.push_back({.at = integer(dispute, "created"), .rank = 8, .action = "decide", .clock = ""});
  } else if (is_open(dispute)) {
    due.push_back({.at = integer(dispute.at("evidence_details"), "due_by"),
                   .rank = 8,
                   .action = "deadline",
                   .clock = ""});
  }
}

}  // namespace okapi::engine
