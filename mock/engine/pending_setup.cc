#include "engine/pending_setup.h"

#include "base/text.h"
#include "engine/payments.h"

namespace okapi::engine {

Json new_setup_intent(store::Transaction& tx, const std::string& customer) {
  Json intent = api::default_object(tx, "setup_intent");
  const std::string id = text(intent, "id");
  intent["client_secret"] = tx.new_id(concat(id, "_secret_"), static_cast<int>(id.size()) + 33);
  intent["customer"] = customer.empty() ? Json() : Json(customer);
  intent["metadata"] = Json::object();
  intent["payment_method_options"] = {{"card",
                                       {{"mandate_options", nullptr},
                                        {"network", nullptr},
                                        {"request_three_d_secure", "automatic"}}}};
  intent["payment_method_types"] = Json::array({"card"});
  intent["status"] = "requires_payment_method";
  intent["usage"] = "off_session";
  return intent;
}

store::Document cancel_setup_intent(store::Transaction& tx, const store::Document& intent,
                                    const Json& reason) {
  store::Document canceled = tx.update(intent, [&](Json& edited) {
    edited["cancellation_reason"] = reason;
    edited["next_action"] = nullptr;
    edited["status"] = "canceled";
  });
  tx.emit("setup_intent.canceled", canceled);
  return canceled;
}

store::Document ask_for_payment_method(store::Transaction& tx,
                                       const store::Document& subscription) {
  const bool charges = text(*subscription, "collection_method") == "charge_automatically";
  if (!charges || payment_method_of(tx, *subscription)) return subscription;
  Json intent = new_setup_intent(tx, text(*subscription, "customer"));
  intent["_subscription"] = subscription.id();
  const store::Document asked = tx.insert(std::move(intent));
  tx.emit("setup_intent.created", asked);
  return tx.update(subscription,
                   [&](Json& edited) { edited["pending_setup_intent"] = asked.id(); });
}

void finish_pending_setup(store::Transaction& tx, const store::Document& setup_intent) {
  const auto owner = maybe_text(*setup_intent, "_subscription");
  const store::Document subscription = owner ? tx.find("subscription", *owner) : store::Document();
  if (!subscription || maybe_text(*subscription, "pending_setup_intent") != setup_intent.id()) {
    return;
  }
  tx.emit("customer.subscription.updated", tx.update(subscription, [&](Json& edited) {
    edited["pending_setup_intent"] = nullptr;
    // Guess: whatever save_default_payment_method says, or nothing could be charged later.
    edited["default_payment_method"] = setup_intent->at("payment_method");
  }));
}

void cancel_pending_setup(store::Transaction& tx, const Json& subscription) {
  const auto id = maybe_text(subscription, "pending_setup_intent");
  const store::Document intent = id ? tx.find("setup_intent", *id) : store::Document();
  if (!intent) return;
  const std::string& status = text(*intent, "status");
  if (status == "succeeded" || status == "canceled") return;
  cancel_setup_intent(tx, intent, "abandoned");
}

}  // namespace okapi::engine
