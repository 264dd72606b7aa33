#include "engine/pending_interval.h"

#include "api/error.h"
#include "billing/period.h"
#include "engine/compose.h"
#include "engine/cycle.h"
#include "engine/terms.h"

namespace okapi::engine {
namespace {

constexpr const char* interval_field = "pending_invoice_item_interval";
constexpr const char* next_field = "next_pending_invoice_item_invoice";

}  // namespace

void set_pending_interval(Json& subscription, const Json& params, Seconds now) {
  if (!params.contains(interval_field)) return;
  const Json& asked = params.at(interval_field);
  if (!asked.is_object() || asked.empty()) {
    subscription[interval_field] = nullptr;
    subscription[next_field] = nullptr;
    subscription.erase("_pending_anchor");
    return;
  }
  const Json interval = {{"interval", asked.at("interval")},
                         {"interval_count", maybe_integer(asked, "interval_count").value_or(1)}};
  const Seconds next = billing::boundary(now, read_recurrence(interval), 1);
  if (next > add_months(now, 12)) {
    throw api::invalid_request(
        "The maximum interval for pending invoice items is one year (1 year, 12 months or 52 "
        "weeks).",
        interval_field);
  }
  subscription[interval_field] = interval;
  subscription[next_field] = next;
  // Guess: counted from when it was set.
  subscription["_pending_anchor"] = now;
}

void bill_pending_items(store::Transaction& tx, const store::Document& subscription,
                        const api::Settings& settings) {
  const billing::Period period =
      billing::period_at(integer(*subscription, "_pending_anchor"),
                         read_recurrence(subscription->at(interval_field)), tx.now());
  const store::Document moved =
      tx.update(subscription, [&](Json& edited) { edited[next_field] = period.end; });
  Bill bill = compose_pending(tx, *moved);
  tx.emit("customer.subscription.updated", bill_later(tx, moved, std::move(bill), settings));
}

}  // namespace okapi::engine
