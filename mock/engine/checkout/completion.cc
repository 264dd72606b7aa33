#include "engine/checkout/completion.h"

#include "api/error.h"
#include "base/check.h"
#include "base/text.h"
#include "engine/checkout/buyer.h"
#include "engine/checkout/links.h"
#include "engine/checkout/purchase.h"
#include "engine/checkout/session.h"
#include "engine/intents.h"

namespace okapi::engine {
namespace {

constexpr const char* kind = "checkout.session";

store::Document intent_document(const store::Transaction& tx, const std::string& id) {
  return tx.find(id.starts_with("seti_") ? "setup_intent" : "payment_intent", id);
}

void check_expected(const Json& session, const Acceptance& acceptance) {
  if (!acceptance.expected_amount || !has(session, "amount_total")) return;
  if (*acceptance.expected_amount == integer(session, "amount_total")) return;
  throw api::invalid_request(
      "The amount of this Checkout Session has changed meanwhile: look at it again.",
      "expected_amount", "checkout_amount_mismatch");
}

std::string payment_status(const Json& session, const store::Document& intent) {
  const std::string& mode = text(session, "mode");
  if (mode == "setup") return "no_payment_required";
  if (intent && intent.kind() == "payment_intent") {
    // Stripe: money that is on its way, or only authorized, is not paid yet.
    return text(*intent, "status") == "succeeded" ? "paid" : "unpaid";
  }
  // Guess: nothing due because of a trial needs no payment; nothing due because of a coupon is
  // paid.
  const bool bought = mode == "subscription" && integer(session, "amount_subtotal") > 0;
  return bought ? "paid" : "no_payment_required";
}

store::Document complete(store::Transaction& tx, const store::Document& session,
                         const store::Document& intent) {
  const std::string paid = payment_status(*session, intent);
  store::Document done = tx.update(session, [&](Json& edited) {
    edited["status"] = "complete";
    edited["payment_status"] = paid;
    edited["url"] = nullptr;
  });
  tx.emit("checkout.session.completed", done);
  if (const auto link = maybe_text(*done, "payment_link")) count_completed(tx, *link);
  return done;
}

// What the payment method is good for now that the intent went through.
void finish_purchase(store::Transaction& tx, const Json& session, const store::Document& intent) {
  const auto subscription = maybe_text(session, "subscription");
  // A set-up that was pending has seen to it itself.
  if (subscription && intent.kind() == "payment_intent") {
    keep_for_renewals(tx, *subscription, maybe_text(*intent, "payment_method").value_or(""));
  }
}

// A trial may begin without a card, where the session does not insist on one.
bool may_go_without(const Json& session, const std::string& intent) {
  return text(session, "mode") == "subscription" && intent.starts_with("seti_") &&
         text(session, "payment_method_collection") == "if_required";
}

bool is_through(const Json& intent) {
  const std::string& status = text(intent, "status");
  return status == "succeeded" || status == "requires_capture" || status == "processing";
}

}  // namespace

store::Document accept_session(store::Transaction& tx, const store::Document& offered,
                               const Acceptance& acceptance, const api::Settings& settings) {
  check_open(*offered, "confirmed");
  check_expected(*offered, acceptance);
  store::Document session = collect_details(tx, offered, acceptance);
  const store::Document buyer = buyer_of(tx, session);
  session = purchase(tx, session, {.buyer = buyer, .payment_method = acceptance.payment_method},
                     settings);
  const std::string intent = intent_of_session(tx, *session);
  if (intent.empty() || (!acceptance.payment_method && may_go_without(*session, intent))) {
    if (acceptance.payment_method && buyer) keep_paid_nothing(tx, *session, acceptance, buyer);
    return complete(tx, tx.find(kind, session.id()), {});
  }
  if (!acceptance.payment_method) throw api::missing_parameter("payment_method");
  const ConfirmRequest request = {.payment_method = acceptance.payment_method};
  const store::Document confirmed = intent.starts_with("seti_")
                                        ? confirm_setup(tx, intent_document(tx, intent), request)
                                        : confirm_payment(tx, intent_document(tx, intent), request);
  OKAPI_CHECK(static_cast<bool>(confirmed));
  // The confirmation has completed the session, unless the customer is asked to authenticate.
  return tx.find(kind, session.id());
}

void follow_session(store::Transaction& tx, const std::string& id) {
  const store::Document intent = intent_document(tx, id);
  const auto owner = intent ? maybe_text(*intent, "_checkout_session") : std::nullopt;
  if (!owner) return;
  const store::Document session = tx.find(kind, *owner);
  if (!session) return;
  const std::string& status = text(*session, "status");
  if (status == "open" && is_through(*intent)) {
    finish_purchase(tx, *session, intent);
    complete(tx, session, intent);
    return;
  }
  if (status != "complete" || text(*session, "payment_status") != "unpaid") return;
  if (text(*intent, "status") == "succeeded") {
    tx.emit("checkout.session.async_payment_succeeded",
            tx.update(session, [](Json& edited) { edited["payment_status"] = "paid"; }));
  } else if (text(*intent, "status") == "requires_payment_method") {
    tx.emit("checkout.session.async_payment_failed", session);
  }
}

Json next_action_of_session(const store::Transaction& tx, const Json& session) {
  const std::string id = intent_of_session(tx, session);
  const store::Document intent = id.empty() ? store::Document() : intent_document(tx, id);
  if (!intent || text(*intent, "status") != "requires_action") return nullptr;
  return intent->at("next_action");
}

}  // namespace okapi::engine
