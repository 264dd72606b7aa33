#include "engine/customer_currency.h"

#include "api/error.h"
#include "engine/cycle.h"

namespace okapi::engine {
namespace {

// Stripe: an active subscription or a pending invoice item holds the currency.
bool is_held(const store::Transaction& tx, const std::string& customer,
             const std::string& currency) {
  for (const store::Document& subscription : tx.where("subscription", "customer", customer)) {
    if (!is_ended(*subscription) && text(*subscription, "currency") == currency) return true;
  }
  for (const store::Document& item : tx.where("invoiceitem", "customer unless invoice", customer)) {
    if (text(*item, "currency") == currency) return true;
  }
  return false;
}

}  // namespace

void settle_currency(store::Transaction& tx, const std::string& customer,
                     const std::string& currency) {
  const store::Document document = tx.find("customer", customer);
  const std::optional<std::string> before = maybe_text(*document, "currency");
  if (before == currency) return;
  if (before && is_held(tx, customer, *before)) {
    throw api::invalid_request(
        "You cannot combine currencies on a single customer. This customer has an active "
        "subscription, subscription schedule, discount, quote, invoice item or active subscription "
        "mode checkout session with currency " +
        *before + ".");
  }
  tx.emit("customer.updated",
          tx.update(document, [&](Json& edited) { edited["currency"] = currency; }));
}

}  // namespace okapi::engine
