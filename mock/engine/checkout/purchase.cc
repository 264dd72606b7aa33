#include "engine/checkout/purchase.h"

#include "api/error.h"
#include "engine/checkout/session.h"
#include "engine/collection.h"
#include "engine/customer_currency.h"
#include "engine/cycle.h"
#include "engine/discounts.h"
#include "engine/finalize.h"
#include "engine/intents.h"
#include "engine/items.h"
#include "engine/new_subscription.h"
#include "engine/payment_methods.h"
#include "engine/pending_setup.h"
#include "engine/sold_lines.h"

namespace okapi::engine {
namespace {

std::string id_of(const store::Document& document) {
  return document ? document.id() : std::string();
}

// So that the session is found when the intent goes through, and the customer comes back to its
// page.
void bind_intent(store::Transaction& tx, const std::string& id, const Json& session,
                 const api::Settings& settings) {
  const store::Document intent =
      tx.find(id.starts_with("seti_") ? "setup_intent" : "payment_intent", id);
  tx.update(intent, [&](Json& edited) {
    edited["_checkout_session"] = session.at("id");
    edited["_base_url"] = settings.base_url;
    edited["_return_url"] = session.at("_page");
  });
}

void describe_payment(store::Transaction& tx, const std::string& id, const Json& session) {
  const Json& data = session.at("_payment_intent_data");
  tx.update(tx.find("payment_intent", id), [&](Json& edited) {
    if (!has(session, "customer")) edited["customer"] = nullptr;
    edited["description"] = nullptr;
    edited["capture_method"] = "automatic_async";
    api::merge_metadata(edited, data);
    api::assign_params(
        edited, data,
        {"capture_method", "description", "receipt_email", "setup_future_usage", "shipping",
         "statement_descriptor", "statement_descriptor_suffix", "transfer_group"});
  });
}

std::string open_payment(store::Transaction& tx, const Json& session,
                         const store::Document& buyer) {
  std::string id = open_payment_intent(tx, {.customer = id_of(buyer),
                                            .currency = text(session, "currency"),
                                            .amount = integer(session, "amount_total")});
  describe_payment(tx, id, session);
  return id;
}

// --- invoice_creation

store::Document draft_invoice(store::Transaction& tx, const Json& session,
                              const store::Document& buyer) {
  const std::string& currency = text(session, "currency");
  settle_currency(tx, buyer.id(), currency);
  Bill bill = make_bill(tx, {.customer = tx.find("customer", buyer.id()),
                             .currency = currency,
                             .billing_reason = "manual",
                             .period = {.start = tx.now(), .end = tx.now()},
                             .collection_method = "charge_automatically"});
  const Json& data = session.at("invoice_creation").at("invoice_data");
  for (const char* name : {"custom_fields", "description", "footer"}) {
    bill.invoice[name] = data.at(name);
  }
  api::merge_metadata(bill.invoice, data);
  set_automatic_tax(bill.invoice, boolean(session.at("automatic_tax"), "enabled"));
  const Json discounts = discounts_of_session(tx, session);
  bill.invoice["discounts"] = set_discounts(
      tx, {.customer = buyer.id(), .currency = currency, .invoice = text(bill.invoice, "id")},
      discounts, nullptr, "discounts");
  if (has(session, "shipping_cost")) bill.invoice["shipping_cost"] = session.at("shipping_cost");
  bill_sold_lines(tx, bill, lines_of_session(tx, session));
  return store_draft(tx, std::move(bill));
}

std::string payment_intent_of(const store::Transaction& tx, const Json& invoice) {
  const store::Document payment = payment_of(tx, invoice);
  return payment ? text(payment->at("payment"), "payment_intent") : std::string();
}

store::Document buy_once(store::Transaction& tx, const store::Document& session,
                         const store::Document& buyer, const api::Settings& settings) {
  if (has(*session, "invoice")) return session;
  if (const auto made = maybe_text(*session, "payment_intent")) {
    // A first attempt failed, and another quantity or shipping was chosen since.
    tx.update(tx.find("payment_intent", *made),
              [&](Json& edited) { edited["amount"] = session->at("amount_total"); });
    return session;
  }
  Json invoice;
  std::string intent;
  if (boolean(session->at("invoice_creation"), "enabled")) {
    const store::Document stands = finalize_invoice(tx, draft_invoice(tx, *session, buyer),
                                                    settings, {.updated = UpdatedEvent::never});
    invoice = stands.id();
    intent = payment_intent_of(tx, *stands);
  } else if (integer(*session, "amount_total") > 0) {
    intent = open_payment(tx, *session, buyer);
  }
  if (!intent.empty()) bind_intent(tx, intent, *session, settings);
  return tx.update(session, [&](Json& edited) {
    edited["invoice"] = invoice;
    edited["payment_intent"] = intent.empty() ? Json() : Json(intent);
  });
}

// --- setup

store::Document set_up(store::Transaction& tx, const store::Document& session,
                       const store::Document& buyer, const api::Settings& settings) {
  if (has(*session, "setup_intent")) return session;
  Json intent = new_setup_intent(tx, id_of(buyer));
  intent["payment_method_types"] = session->at("payment_method_types");
  api::assign_params(intent, session->at("_setup_intent_data"), {"description"});
  api::merge_metadata(intent, session->at("_setup_intent_data"));
  const store::Document made = tx.insert(std::move(intent));
  tx.emit("setup_intent.created", made);
  bind_intent(tx, made.id(), *session, settings);
  return tx.update(session, [&](Json& edited) { edited["setup_intent"] = made.id(); });
}

// --- subscription

Json subscription_params(const store::Transaction& tx, const Json& session) {
  const SoldLines sold = split_sold_lines(tx, lines_of_session(tx, session));
  const Json& data = session.at("_subscription_data");
  Json params = {{"items", sold.recurring},
                 {"billing_mode", session.at("_billing_mode")},
                 {"discounts", discounts_of_session(tx, session)},
                 {"automatic_tax", {{"enabled", session.at("automatic_tax").at("enabled")}}}};
  api::assign_params(params, data,
                     {"default_tax_rates", "description", "invoice_settings", "metadata",
                      "pending_invoice_item_interval", "proration_behavior", "trial_end",
                      "trial_period_days", "trial_settings"});
  return params;
}

store::Document start(store::Transaction& tx, const Json& session, const store::Document& buyer,
                      const api::Settings& settings) {
  const Json params = subscription_params(tx, session);
  Json subscription =
      make_subscription(tx, {.params = params, .customer = buyer, .version = api::api_version()});
  settle_currency(tx, buyer.id(), text(subscription, "currency"));
  const store::Document started = start_subscription(
      tx, std::move(subscription), settings,
      {.add_invoice_items = split_sold_lines(tx, lines_of_session(tx, session)).once,
       .payment_behavior = PaymentBehavior::default_incomplete});
  sync_items(tx, started);
  return tx.find("subscription", started.id());
}

store::Document subscribe(store::Transaction& tx, const store::Document& session,
                          const store::Document& buyer, const api::Settings& settings) {
  // Guess: a first attempt that failed leaves an incomplete subscription, and the next one pays its
  // invoice; integrators see one subscription however often a customer tries.
  if (const auto id = maybe_text(*session, "subscription")) {
    if (!is_ended(*tx.find("subscription", *id))) return session;
  }
  const store::Document started = start(tx, *session, buyer, settings);
  store::Document bound = tx.update(session, [&](Json& edited) {
    edited["subscription"] = started.id();
    edited["invoice"] = started->at("latest_invoice");
  });
  const std::string intent = intent_of_session(tx, *bound);
  if (!intent.empty()) bind_intent(tx, intent, *bound, settings);
  return bound;
}

}  // namespace

store::Document purchase(store::Transaction& tx, const store::Document& session,
                         const Purchase& wanted, const api::Settings& settings) {
  const std::string& mode = text(*session, "mode");
  if (mode == "setup") return set_up(tx, session, wanted.buyer, settings);
  if (mode == "payment") return buy_once(tx, session, wanted.buyer, settings);
  const bool needs_method = text(*session, "payment_method_collection") == "always";
  if (needs_method && !wanted.payment_method) throw api::missing_parameter("payment_method");
  return subscribe(tx, session, wanted.buyer, settings);
}

std::string intent_of_session(const store::Transaction& tx, const Json& session) {
  for (const char* field : {"payment_intent", "setup_intent"}) {
    if (const auto id = maybe_text(session, field)) return *id;
  }
  if (const auto invoice = maybe_text(session, "invoice")) {
    std::string intent = payment_intent_of(tx, *tx.find("invoice", *invoice));
    if (!intent.empty()) return intent;
  }
  const auto subscription = maybe_text(session, "subscription");
  if (!subscription) return {};
  return maybe_text(*tx.find("subscription", *subscription), "pending_setup_intent").value_or("");
}

void keep_for_renewals(store::Transaction& tx, const std::string& subscription,
                       const std::string& payment_method) {
  if (payment_method.empty()) return;
  tx.update(tx.find("subscription", subscription),
            [&](Json& edited) { edited["default_payment_method"] = payment_method; });
}

void keep_paid_nothing(store::Transaction& tx, const Json& session, const Acceptance& acceptance,
                       const store::Document& buyer) {
  const store::Document method = acceptance.payment_method;
  if (!has(*method, "customer")) attach_payment_method(tx, method, buyer);
  mark_set_up(tx, method);
  if (const auto id = maybe_text(session, "subscription")) {
    keep_for_renewals(tx, *id, method.id());
  }
}

}  // namespace okapi::engine
