#include "engine/thresholds.h"

#include <algorithm>

#include "engine/clock.h"
#include "engine/collection.h"
#include "engine/compose.h"
#include "engine/cycle.h"
#include "engine/finalize.h"
#include "engine/items.h"
#include "engine/lines.h"
#include "engine/usage.h"
#include "engine/usage_records.h"

namespace okapi::engine {
namespace {

// Stripe: thresholds rest in the last 24 hours of a period, since the renewal is near.
constexpr Seconds quiet_time = day;

billing::Period item_period(const Json& item) {
  return {.start = integer(item, "current_period_start"),
          .end = integer(item, "current_period_end")};
}

std::vector<const Json*> metered_items(const Json& subscription) {
  std::vector<const Json*> items;
  for (const Json& item : subscription.at("items").at("data")) {
    if (is_metered_item(item)) items.push_back(&item);
  }
  return items;
}

OwedUsage usage_of_item(const store::Transaction& tx, const Json& subscription, const Json& item) {
  const PriceTerms price =
      price_terms(tx, text(item.at("price"), "id"), text(subscription, "currency"));
  return owed_usage(tx, text(subscription, "customer"), text(item, "id"), price, item_period(item));
}

std::int64_t gross_cost(const store::Transaction& tx, const Json& subscription, const Json& item,
                        const OwedUsage& owed) {
  const PriceTerms price =
      price_terms(tx, text(item.at("price"), "id"), text(subscription, "currency"));
  return billing::total_of(billing::rate(price.rate, owed.quantity));
}

bool item_crossed(const store::Transaction& tx, const Json& subscription, const Json& item) {
  const Json& usage_gte = at_path(item, {"billing_thresholds", "usage_gte"});
  if (usage_gte.is_null()) return false;
  const OwedUsage owed = usage_of_item(tx, subscription, item);
  const Decimal open =
      owed.quantity -
      billed_usage(tx, text(item, "id"), integer(item, "current_period_start")).quantity;
  return open >= Decimal::from_integer(usage_gte.get<std::int64_t>());
}

// The invoice that a threshold makes: all open usage of the period, shown until now.
Bill compose_threshold(store::Transaction& tx, const Json& subscription, bool preview) {
  const Seconds now = tx.now();
  Bill bill = make_bill(tx, {.customer = tx.find("customer", text(subscription, "customer")),
                             .subscription = &subscription,
                             .currency = text(subscription, "currency"),
                             .billing_reason = "subscription_threshold",
                             .period = {.start = period_of(subscription).start, .end = now},
                             .days_until_due = maybe_integer(subscription, "days_until_due"),
                             .preview = preview});
  for (const Json* item : metered_items(subscription)) {
    const billing::Period period = item_period(*item);
    ItemSource source = item_source(subscription, *item,
                                    {.start = period.start, .end = std::max(now, period.start)});
    // The event that crosses the threshold is billed whole, also when it is stamped a little ahead.
    source.usage_until = period.end;
    add_metered_lines(tx, bill, source);
  }
  return bill;
}

// Stripe: credits and discounts count, tax does not: with 3,000 of credit left, a threshold of
// 10,000 is crossed at 13,000.
bool amount_crossed(store::Transaction& tx, const Json& subscription) {
  const Json& amount_gte = at_path(subscription, {"billing_thresholds", "amount_gte"});
  if (amount_gte.is_null()) return false;
  const auto threshold = amount_gte.get<std::int64_t>();
  std::int64_t gross = 0;
  for (const Json* item : metered_items(subscription)) {
    const OwedUsage owed = usage_of_item(tx, subscription, *item);
    gross += gross_cost(tx, subscription, *item, owed) - owed.billed_amount;
  }
  if (gross < threshold) return false;
  Bill bill = compose_threshold(tx, subscription, true);
  settle_bill(tx, bill);
  return integer(bill.invoice, "total_excluding_tax") >= threshold;
}

struct Crossed {
  bool amount = false;
  std::vector<std::string> items;
  [[nodiscard]] bool any() const { return amount || !items.empty(); }
};

Crossed crossed_by(store::Transaction& tx, const Json& subscription) {
  Crossed crossed;
  if (!is_running(subscription) || text(subscription, "status") == "trialing") return crossed;
  if (tx.now() >= period_of(subscription).end - quiet_time) return crossed;
  crossed.amount = amount_crossed(tx, subscription);
  for (const Json* item : metered_items(subscription)) {
    if (item_crossed(tx, subscription, *item)) crossed.items.push_back(text(*item, "id"));
  }
  return crossed;
}

Json threshold_reason(const Json& subscription, const Json& invoice, const Crossed& crossed) {
  Json reasons = Json::array();
  for (const std::string& item : crossed.items) {
    Json ids = Json::array();
    for (const Json& line : invoice.at("lines").at("data")) {
      const Json& owner =
          at_path(line, {"parent", "subscription_item_details", "subscription_item"});
      if (owner == item) ids.push_back(line.at("id"));
    }
    reasons.push_back(
        {{"line_item_ids", ids},
         {"usage_gte", find_item(subscription, item)->at("billing_thresholds").at("usage_gte")}});
  }
  const Json amount =
      crossed.amount ? subscription.at("billing_thresholds").at("amount_gte") : Json();
  return {{"amount_gte", amount}, {"item_reasons", reasons}};
}

// What is on the invoice now is not billed again in this period.
void record_bill(store::Transaction& tx, const Json& subscription) {
  for (const Json* item : metered_items(subscription)) {
    const OwedUsage owed = usage_of_item(tx, subscription, *item);
    record_billed_usage(tx, text(*item, "id"), integer(*item, "current_period_start"),
                        {.amount = gross_cost(tx, subscription, *item, owed),
                         .quantity = owed.quantity,
                         .left_out = owed.left_out});
  }
}

// A new period from now, in which tiers start over. What was reported for this second or later is
// billed already, so the new period leaves it out.
void reset_anchor(store::Transaction& tx, Json& subscription) {
  const Seconds now = tx.now();
  for (Json& item : subscription.at("items").at("data")) {
    const PriceTerms price =
        price_terms(tx, text(item.at("price"), "id"), text(subscription, "currency"));
    const UsageSource source =
        usage_source(tx, price, text(subscription, "customer"), text(item, "id"));
    const Decimal ahead =
        usage_of(tx, *source.meter, source.series, now, integer(item, "current_period_end"));
    record_billed_usage(tx, text(item, "id"), now,
                        {.amount = 0, .quantity = Decimal(), .left_out = ahead});
    item["current_period_start"] = now;
    item["current_period_end"] = billing::boundary(now, price.recurrence, 1);
  }
  subscription["billing_cycle_anchor"] = now;
}

}  // namespace

void check_thresholds(store::Transaction& tx, std::string_view meter, std::string_view customer) {
  for (const store::Document& known : tx.where("okapi.thresholds", "customer", customer)) {
    const store::Document subscription = tx.find("subscription", known.id());
    const auto uses_meter = [&](const Json* item) {
      return at_path(*item, {"price", "recurring", "meter"}) == meter;
    };
    if (!std::ranges::any_of(metered_items(*subscription), uses_meter)) continue;
    if (!crossed_by(tx, *subscription).any()) continue;
    tx.update(subscription, [](Json& edited) { edited["_thresholds_reached"] = true; });
  }
}

void bill_thresholds(store::Transaction& tx, const store::Document& subscription,
                     const api::Settings& settings) {
  const store::Document customer = tx.find("customer", text(*subscription, "customer"));
  tx.set_now(now_of(tx, *customer));
  const store::Document current =
      tx.update(subscription, [](Json& edited) { edited.erase("_thresholds_reached"); });
  const Crossed crossed = crossed_by(tx, *current);
  if (!crossed.any()) return;
  Bill bill = compose_threshold(tx, *current, false);
  bill.invoice["auto_advance"] = true;
  bill.invoice["threshold_reason"] = threshold_reason(*current, bill.invoice, crossed);
  settle_bill(tx, bill);
  const store::Document draft = store_bill(tx, std::move(bill));
  tx.emit("invoice.created", draft);
  // Stripe: threshold invoices do not wait for late usage (configure-grace-period).
  const store::Document invoice =
      finalize_invoice(tx, draft, settings, {.updated = UpdatedEvent::never});
  record_bill(tx, *current);
  const bool resets =
      crossed.amount && boolean(current->at("billing_thresholds"), "reset_billing_cycle_anchor");
  const store::Document moved = tx.update(current, [&](Json& edited) {
    edited["latest_invoice"] = invoice.id();
    if (resets) reset_anchor(tx, edited);
  });
  if (text(*invoice, "status") == "open" &&
      text(*invoice, "collection_method") == "charge_automatically") {
    collect_automatically(tx, invoice, settings);
  }
  tx.emit("customer.subscription.updated", moved);
}

}  // namespace okapi::engine
