#include "engine/customer_end.h"

#include "engine/bill.h"
#include "engine/cycle.h"
#include "engine/schedules/end.h"

namespace okapi::engine {

namespace {

// Nobody is left to pay them.
void stop_invoices(store::Transaction& tx, std::string_view customer) {
  for (const store::Document& invoice : tx.where("invoice", "customer", customer)) {
    const std::string& status = text(*invoice, "status");
    if (status != "draft" && status != "open") continue;
    tx.update(invoice, [](Json& edited) {
      set_auto_advance(edited, false, 0);
      edited.erase("_collect");
    });
  }
}

}  // namespace

void delete_customer(store::Transaction& tx, const store::Document& customer) {
  end_subscriptions_of(tx, customer.id());
  cancel_schedules_of(tx, customer.id());
  stop_invoices(tx, customer.id());
  for (const store::Document& method : tx.where("payment_method", "customer", customer.id())) {
    tx.update(method, [](Json& edited) { edited["customer"] = nullptr; });
  }
  const store::Document last = tx.find("customer", customer.id());
  tx.emit("customer.deleted", last);
  tx.erase(last);
  if (tx.find(deleted_customer_kind, customer.id())) return;
  tx.insert({{"object", std::string(deleted_customer_kind)}, {"id", customer.id()}});
}

}  // namespace okapi::engine
