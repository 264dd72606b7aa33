#include "engine/alerts.h"

#include <vector>

#include "engine/metering.h"

namespace okapi::engine {
namespace {

// All the time there is: alerts count a customer's usage since the first event.
constexpr Seconds end_of_time = 253'402'300'800;  // year 10000

bool watches(const Json& alert, const std::string& customer) {
  const Json& filters = at_path(alert, {"usage_threshold", "filters"});
  for (const Json& filter : filters) {
    if (maybe_text(filter, "customer").value_or(customer) != customer) return false;
  }
  return true;
}

std::string triggered_id(const store::Document& alert, const store::Document& customer) {
  return alert.id() + "/" + customer.id();
}

// A whole number stays one in JSON; anything else becomes Stripe's float.
Json as_number(Decimal value) { return Json::parse(value.text()); }

}  // namespace

void check_alerts(store::Transaction& tx, const store::Document& meter,
                  const store::Document& customer) {
  std::optional<Decimal> usage;
  for (const store::Document& alert :
       tx.where("billing.alert", "usage_threshold.meter", meter.id())) {
    if (text(*alert, "status") != "active" || !watches(*alert, customer.id())) continue;
    const std::string id = triggered_id(alert, customer);
    if (tx.find("billing.alert_triggered", id)) continue;
    if (!usage) usage = usage_of(tx, *meter, customer.id(), 0, end_of_time);
    if (*usage < Decimal::from_integer(integer(alert->at("usage_threshold"), "gte"))) continue;
    tx.emit("billing.alert.triggered", tx.insert({{"object", "billing.alert_triggered"},
                                                  {"id", id},
                                                  {"_alert", alert.id()},
                                                  {"alert", *alert},
                                                  {"created", tx.now()},
                                                  {"customer", customer.id()},
                                                  {"livemode", false},
                                                  {"value", as_number(*usage)}}));
  }
}

void forget_triggered(store::Transaction& tx, const store::Document& alert) {
  for (const store::Document& each : tx.where("billing.alert_triggered", "_alert", alert.id())) {
    tx.erase(each);
  }
}

}  // namespace okapi::engine
