#include "engine/payments.h"

#include <utility>

#include "api/operation.h"
#include "base/check.h"
#include "base/text.h"
#include "engine/bank_debits.h"
#include "engine/cash_balance.h"
#include "engine/charges.h"
#include "engine/disputes.h"
#include "engine/payment_methods.h"

namespace okapi::engine {
namespace {

// Stripe: with setup_future_usage the card stays with the customer.
void keep_for_later(store::Transaction& tx, const Json& intent,
                    const store::Document& payment_method) {
  if (!has(intent, "setup_future_usage")) return;
  mark_set_up(tx, payment_method);
  if (!has(intent, "customer") || has(*payment_method, "customer")) return;
  // The customer may have been deleted meanwhile.
  const store::Document customer = tx.find("customer", text(intent, "customer"));
  if (customer) attach_payment_method(tx, payment_method, customer);
}

PaymentOutcome succeed(store::Transaction& tx, const store::Document& intent,
                       const store::Document& payment_method) {
  const store::Document charge = make_charge(tx, *intent, payment_method, std::nullopt);
  const bool manual = !boolean(*charge, "captured");
  keep_for_later(tx, *intent, payment_method);
  const store::Document updated = tx.update(intent, [&](Json& edited) {
    edited[manual ? "amount_capturable" : "amount_received"] = edited["amount"];
    edited["last_payment_error"] = nullptr;
    edited["latest_charge"] = charge.id();
    edited["next_action"] = nullptr;
    edited["payment_method"] = payment_method.id();
    edited["status"] = manual ? "requires_capture" : "succeeded";
    edited.erase("_off_session");
  });
  tx.emit("charge.succeeded", charge);
  tx.emit(manual ? "payment_intent.amount_capturable_updated" : "payment_intent.succeeded",
          updated);
  follow_charge(tx, charge, payment_method);
  return {.status = PaymentStatus::succeeded,
          .payment_intent = intent.id(),
          .charge = charge.id(),
          .refusal = std::nullopt};
}

PaymentOutcome decline(store::Transaction& tx, const store::Document& intent,
                       const store::Document& payment_method, api::ApiError refusal) {
  const store::Document charge = make_charge(tx, *intent, payment_method, refusal);
  refusal.extra["charge"] = charge.id();
  refusal.extra["payment_method"] = *payment_method;
  Json shown = api::error_body(refusal, {}, {}).at("error");
  const store::Document updated = tx.update(intent, [&](Json& edited) {
    edited["last_payment_error"] = std::move(shown);
    edited["latest_charge"] = charge.id();
    edited["next_action"] = nullptr;
    edited["payment_method"] = nullptr;
    edited["status"] = "requires_payment_method";
  });
  tx.emit("charge.failed", charge);
  tx.emit("payment_intent.payment_failed", updated);
  refusal.extra["payment_intent"] = *updated;
  refusal.commits = true;  // Stripe: a 402 keeps the failed charge and the state of its intent.
  return {.status = PaymentStatus::declined,
          .payment_intent = intent.id(),
          .charge = charge.id(),
          .refusal = std::move(refusal)};
}

PaymentOutcome ask(store::Transaction& tx, const store::Document& intent,
                   const store::Document& payment_method) {
  const bool verifies = needs_verification(tx, payment_method);
  const store::Document updated = tx.update(intent, [&](Json& edited) {
    edited["next_action"] = verifies ? microdeposits_action(edited, tx.now()) : next_action(edited);
    edited["payment_method"] = payment_method.id();
    edited["status"] = "requires_action";
  });
  tx.emit("payment_intent.requires_action", updated);
  return {.status = PaymentStatus::requires_action,
          .payment_intent = intent.id(),
          .charge = {},
          .refusal = std::nullopt};
}

// The bank takes its time; the outcome is a step of its own.
PaymentOutcome debit(store::Transaction& tx, const store::Document& intent,
                     const store::Document& payment_method) {
  if (needs_verification(tx, payment_method)) return ask(tx, intent, payment_method);
  const store::Document charge = make_pending_charge(tx, *intent, payment_method);
  keep_for_later(tx, *intent, payment_method);
  const store::Document updated = tx.update(intent, [&](Json& edited) {
    edited["last_payment_error"] = nullptr;
    edited["latest_charge"] = charge.id();
    edited["next_action"] = nullptr;
    edited["payment_method"] = payment_method.id();
    edited["status"] = "processing";
    edited["_settles_at"] = payment_time(tx, edited);
  });
  tx.emit("payment_intent.processing", updated);
  tx.emit("charge.pending", charge);
  return {.status = PaymentStatus::processing,
          .payment_intent = intent.id(),
          .charge = charge.id(),
          .refusal = std::nullopt};
}

// Stripe: the customer is told where to send the money; what is there already pays.
PaymentOutcome ask_for_transfer(store::Transaction& tx, const store::Document& intent,
                                const store::Document& payment_method) {
  if (!has(*intent, "customer")) throw api::missing_parameter("customer");
  const store::Document asked = tx.update(intent, [&](Json& edited) {
    edited["next_action"] = {
        {"display_bank_transfer_instructions",
         {{"amount_remaining", edited.at("amount")},
          {"currency", edited.at("currency")},
          {"hosted_instructions_url", nullptr},
          {"reference", text(edited, "id").substr(text(edited, "id").size() - 10)},
          {"type", text(edited, "currency") == "eur" ? "eu_bank_transfer" : "us_bank_transfer"}}},
        {"type", "display_bank_transfer_instructions"}};
    edited["payment_method"] = payment_method.id();
    edited["status"] = "requires_action";
  });
  const std::int64_t there = available_cash(tx, text(*asked, "customer"), text(*asked, "currency"));
  if (there >= integer(*asked, "amount")) {
    apply_cash(tx, asked, Json::object());
    return {.status = PaymentStatus::processing,
            .payment_intent = intent.id(),
            .charge = {},
            .refusal = std::nullopt};
  }
  tx.emit("payment_intent.requires_action", asked);
  return {.status = PaymentStatus::requires_action,
          .payment_intent = intent.id(),
          .charge = {},
          .refusal = std::nullopt};
}

std::string setting_of(const Json& object, std::initializer_list<std::string_view> path) {
  const Json& value = at_path(object, path);
  return value.is_string() ? value.get<std::string>() : std::string();
}

store::Document customer_method(const store::Transaction& tx, const std::string& id) {
  const store::Document customer = tx.find("customer", id);
  if (!customer) return {};
  std::string method = setting_of(*customer, {"invoice_settings", "default_payment_method"});
  if (method.empty()) method = setting_of(*customer, {"default_source"});
  return method.empty() ? store::Document() : tx.find("payment_method", method);
}

}  // namespace

// Stripe: with a return_url the customer is sent to a page, else the client's script asks.
Json next_action(const Json& intent) {
  const auto return_url = maybe_text(intent, "_return_url");
  if (!return_url) {
    return {{"type", "use_stripe_sdk"}, {"use_stripe_sdk", {{"type", "stripe_3ds2_fingerprint"}}}};
  }
  const std::string url =
      concat(maybe_text(intent, "_base_url").value_or(""), "/_okapi/3ds/", text(intent, "id"),
             "?client_secret=", text(intent, "client_secret"));
  return {{"redirect_to_url", {{"return_url", *return_url}, {"url", url}}},
          {"type", "redirect_to_url"}};
}

store::Document payment_method_of(const store::Transaction& tx, const Json& subscription) {
  std::string id = setting_of(subscription, {"default_payment_method"});
  if (id.empty()) id = setting_of(subscription, {"default_source"});
  if (!id.empty()) return tx.find("payment_method", id);
  return customer_method(tx, text(subscription, "customer"));
}

store::Document payment_method_for(const store::Transaction& tx, const Json& invoice) {
  std::string id = setting_of(invoice, {"default_payment_method"});
  if (id.empty()) id = setting_of(invoice, {"default_source"});
  if (!id.empty()) return tx.find("payment_method", id);
  const std::string subscription =
      setting_of(invoice, {"parent", "subscription_details", "subscription"});
  const store::Document owner =
      subscription.empty() ? store::Document() : tx.find("subscription", subscription);
  return owner ? payment_method_of(tx, *owner) : customer_method(tx, text(invoice, "customer"));
}

std::string open_payment_intent(store::Transaction& tx, const PaymentRequest& request) {
  Json intent = api::default_object(tx, "payment_intent");
  std::string id = text(intent, "id");
  intent.update(
      {{"amount", request.amount},
       {"amount_capturable", 0},
       {"amount_details", {{"tip", Json::object()}}},
       {"amount_received", 0},
       {"automatic_payment_methods", nullptr},
       {"capture_method", "automatic"},
       {"client_secret", tx.new_id(concat(id, "_secret_"), static_cast<int>(id.size()) + 33)},
       {"confirmation_method", "automatic"},
       {"created", payment_time(tx, {{"customer", request.customer}})},
       {"currency", request.currency},
       {"customer", request.customer},
       {"description", request.description},
       {"metadata", Json::object()},
       {"payment_details",
        {{"customer_reference", nullptr},
         {"order_reference", request.invoice.empty() ? Json() : Json(request.invoice)}}},
       {"payment_method_options",
        {{"card",
          {{"installments", nullptr},
           {"mandate_options", nullptr},
           {"network", nullptr},
           {"request_three_d_secure", "automatic"}}}}},
       {"payment_method_types", Json::array({"card"})},
       {"setup_future_usage", request.setup_future_usage ? Json("off_session") : Json()},
       {"status", "requires_payment_method"}});
  const store::Document opened = tx.insert(std::move(intent));
  tx.emit("payment_intent.created", opened);
  return id;
}

PaymentStatus foresee_payment(const store::Transaction& tx, const store::Document& payment_method,
                              bool off_session) {
  if (is_bank_debit(text(*payment_method, "type"))) {
    return needs_verification(tx, payment_method) ? PaymentStatus::requires_action
                                                  : PaymentStatus::processing;
  }
  const TestCard* card = test_card_of(tx, payment_method);
  if (card == nullptr) return PaymentStatus::succeeded;
  if (asks_to_authenticate(tx, payment_method, off_session)) {
    return off_session ? PaymentStatus::declined : PaymentStatus::requires_action;
  }
  return decline_when_charged(card->behavior) ? PaymentStatus::declined : PaymentStatus::succeeded;
}

PaymentOutcome confirm_payment_intent(store::Transaction& tx, const std::string& payment_intent,
                                      const store::Document& payment_method, bool off_session) {
  const store::Document intent = tx.find("payment_intent", payment_intent);
  OKAPI_CHECK(intent && text(*intent, "status") != "succeeded" &&
              text(*intent, "status") != "canceled");
  const std::string& type = text(*payment_method, "type");
  if (is_bank_debit(type)) return debit(tx, intent, payment_method);
  if (type == "customer_balance") return ask_for_transfer(tx, intent, payment_method);
  const TestCard* card = test_card_of(tx, payment_method);
  if (card == nullptr) return succeed(tx, intent, payment_method);
  if (asks_to_authenticate(tx, payment_method, off_session)) {
    if (!off_session) return ask(tx, intent, payment_method);
    return decline(tx, intent, payment_method, api::card_declined("authentication_required"));
  }
  if (const auto reason = decline_when_charged(card->behavior)) {
    return decline(tx, intent, payment_method, api::card_declined(*reason));
  }
  return succeed(tx, intent, payment_method);
}

PaymentOutcome authenticate_payment(store::Transaction& tx, const store::Document& intent,
                                    bool succeeds) {
  const store::Document method = tx.find("payment_method", text(*intent, "payment_method"));
  OKAPI_CHECK(static_cast<bool>(method));
  if (succeeds && needs_verification(tx, method)) {
    mark_verified(tx, method);
    return debit(tx, intent, method);
  }
  if (!succeeds) {
    api::ApiError refusal = api::card_declined("authentication_required");
    refusal.code = "payment_intent_authentication_failure";
    refusal.message =
        "The provided PaymentMethod has failed authentication. You can provide payment_method_data "
        "or a new PaymentMethod to attempt to fulfill this PaymentIntent again.";
    const Json shown = api::error_body(refusal, {}, {}).at("error");
    const store::Document failed = tx.update(intent, [&](Json& edited) {
      edited["last_payment_error"] = shown;
      edited["next_action"] = nullptr;
      edited["payment_method"] = nullptr;
      edited["status"] = "requires_payment_method";
    });
    tx.emit("payment_intent.payment_failed", failed);
    return {.status = PaymentStatus::declined,
            .payment_intent = intent.id(),
            .charge = {},
            .refusal = refusal};
  }
  const TestCard* card = test_card_of(tx, method);
  if (card != nullptr) {
    if (const auto reason = decline_when_charged(card->behavior)) {
      return decline(tx, intent, method, api::card_declined(*reason));
    }
  }
  return succeed(tx, intent, method);
}

PaymentOutcome settle_debit(store::Transaction& tx, const store::Document& intent) {
  const store::Document method = tx.find("payment_method", text(*intent, "payment_method"));
  const store::Document charge = tx.find("charge", text(*intent, "latest_charge"));
  OKAPI_CHECK(method && charge);
  const std::string failure = debit_failure(tx, method);
  if (failure.empty()) {
    const store::Document paid = settle_charge(tx, charge, std::nullopt);
    const store::Document updated = tx.update(intent, [&](Json& edited) {
      edited["amount_received"] = edited["amount"];
      edited["status"] = "succeeded";
      edited.erase("_settles_at");
    });
    tx.emit("charge.succeeded", paid);
    tx.emit("payment_intent.succeeded", updated);
    return {.status = PaymentStatus::succeeded,
            .payment_intent = intent.id(),
            .charge = charge.id(),
            .refusal = std::nullopt};
  }
  api::ApiError refusal = api::debit_failed(failure);
  api::ApiError of_charge = refusal;
  of_charge.code = failure;
  const store::Document failed = settle_charge(tx, charge, of_charge);
  refusal.extra["charge"] = charge.id();
  refusal.extra["payment_method"] = *method;
  Json shown = api::error_body(refusal, {}, {}).at("error");
  const store::Document updated = tx.update(intent, [&](Json& edited) {
    edited["last_payment_error"] = std::move(shown);
    edited["payment_method"] = nullptr;
    edited["status"] = "requires_payment_method";
    edited.erase("_settles_at");
  });
  tx.emit("charge.failed", failed);
  tx.emit("payment_intent.payment_failed", updated);
  return {.status = PaymentStatus::declined,
          .payment_intent = intent.id(),
          .charge = charge.id(),
          .refusal = std::move(refusal)};
}

void cancel_payment_intent(store::Transaction& tx, const std::string& payment_intent,
                           const std::string& reason) {
  const store::Document intent = tx.find("payment_intent", payment_intent);
  OKAPI_CHECK(static_cast<bool>(intent));
  const std::string& status = text(*intent, "status");
  if (status == "succeeded" || status == "canceled") return;
  tx.emit("payment_intent.canceled", tx.update(intent, [&](Json& edited) {
    edited["canceled_at"] = payment_time(tx, edited);
    edited["cancellation_reason"] = reason.empty() ? Json() : Json(reason);
    edited["next_action"] = nullptr;
    edited["status"] = "canceled";
  }));
}

}  // namespace okapi::engine
