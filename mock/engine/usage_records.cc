#include "engine/usage_records.h"

#include <algorithm>

#include "api/error.h"
#include "api/operation.h"
#include "base/check.h"
#include "base/text.h"
#include "engine/clock.h"
#include "engine/items.h"
#include "engine/metering.h"

namespace okapi::engine {
namespace {

constexpr std::string_view meter_kind = "okapi.usage_meter";

struct RecordedItem {
  store::Document subscription;
  Json item;
  PriceTerms price;
};

// Stripe: both refusals are worded alike (laravel/cashier-stripe#1709).
RecordedItem require_recorded(const store::Transaction& tx, const std::string& id,
                              std::string_view what, std::string_view instead) {
  RecordedItem found{.subscription = subscription_of_item(tx, id), .item = {}, .price = {}};
  if (!found.subscription) throw api::no_such_in_path("subscription_item", id, "subscription_item");
  const Json* item = find_item(*found.subscription, id);
  OKAPI_CHECK(item != nullptr);
  found.item = *item;
  found.price =
      price_terms(tx, text(item->at("price"), "id"), text(*found.subscription, "currency"));
  if (!found.price.metered || !found.price.meter.empty()) {
    throw api::invalid_request(concat(
        "Cannot ", what, " for `", id,
        "` because it is not on the legacy metered billing system. Call ", instead, " instead."));
  }
  return found;
}

// Guess: both texts. Stripe: usage belongs to the running period, and not to the future.
void check_time(const RecordedItem& found, Seconds at, Seconds now) {
  if (at > now) {
    throw api::invalid_request(
        "Cannot create the usage record with this timestamp because timestamps cannot be in the "
        "future.",
        "timestamp");
  }
  if (at >= integer(found.item, "current_period_start")) return;
  throw api::invalid_request(
      "Cannot create the usage record with this timestamp because it is before the current period "
      "of the subscription.",
      "timestamp");
}

void add_invoiced(const Json& invoice, const std::string& item, std::vector<Json>& summaries) {
  std::int64_t usage = 0;
  Json period;
  for (const Json& line : invoice.at("lines").at("data")) {
    const Json& details = at_path(line, {"parent", "subscription_item_details"});
    if (!details.is_object() || details.value("subscription_item", "") != item) continue;
    usage += maybe_integer(line, "quantity").value_or(0);
    period = line.at("period");
  }
  // Classic billing's first invoice has a line that no time has passed for.
  const bool is_over = period.is_object() && integer(period, "start") < integer(period, "end") &&
                       integer(period, "end") <= integer(invoice, "created");
  if (!is_over) return;
  summaries.push_back({{"invoice", invoice.at("id")}, {"period", period}, {"total_usage", usage}});
}

}  // namespace

void keep_usage_meter(store::Transaction& tx, std::string_view price, const std::string& word) {
  const bool last = word.starts_with("last");
  tx.insert({{"id", price},
             {"object", meter_kind},
             {"default_aggregation", {{"formula", last ? "last" : word}}},
             {"event_name", "usage_record"},
             {"event_time_window", nullptr},
             {"since_ever", word == "last_ever"}});
}

UsageSource usage_source(const store::Transaction& tx, const PriceTerms& price,
                         std::string_view customer, std::string_view item) {
  UsageSource source;
  source.meter = tx.find("billing.meter", price.meter);
  source.series = customer;
  if (price.meter.empty()) {
    source.meter = tx.find(meter_kind, price.id);
    source.series = item;
  }
  OKAPI_CHECK(source.meter);
  source.since_ever = maybe_boolean(*source.meter, "since_ever");
  return source;
}

Json report_usage_record(store::Transaction& tx, const UsageRecord& record) {
  const RecordedItem found =
      require_recorded(tx, record.item, "create a usage record", "/v1/billing/meter_events");
  enter_time_of(tx, *tx.find("customer", text(*found.subscription, "customer")));
  const Seconds at = record.timestamp == 0 ? tx.now() : record.timestamp;
  check_time(found, at, tx.now());
  const UsageSource source = usage_source(tx, found.price, "", record.item);
  const std::string& formula = text(source.meter->at("default_aggregation"), "formula");
  const Decimal before = usage_of(tx, *source.meter, record.item, at, at + 1);
  const Decimal quantity = Decimal::from_integer(record.quantity);
  // A sum grows by the difference; of the others the newest event of the second holds all of it.
  Decimal value = record.sets ? quantity : before + quantity;
  if (formula == "sum") value -= before;
  tx.edit_meter_log().append({.meter = source.meter.id(),
                              .customer = record.item,
                              .point = {.at = at, .value = value, .received = tx.next_number()},
                              .received_at = tx.now()});
  return {{"id", api::new_id(tx, "usage_record")},
          {"object", "usage_record"},
          {"livemode", false},
          {"quantity", record.quantity},
          {"subscription_item", record.item},
          {"timestamp", at}};
}

std::vector<Json> usage_record_summaries(const store::Transaction& tx, const std::string& item) {
  const RecordedItem found = require_recorded(tx, item, "list usage record summaries",
                                              "/v1/billing/meters/:id/event_summaries");
  const UsageSource source = usage_source(tx, found.price, "", item);
  const Seconds start = integer(found.item, "current_period_start");
  const Decimal running = usage_of(tx, *source.meter, item, source.since_ever ? 0 : start,
                                   integer(found.item, "current_period_end"));
  std::vector<Json> summaries = {{{"invoice", nullptr},
                                  {"period", {{"end", nullptr}, {"start", start}}},
                                  {"total_usage", running.truncated()}}};
  tx.scan_down_where("invoice", "parent.subscription_details.subscription", found.subscription.id(),
                     0, [&](const store::Document& invoice) {
                       add_invoiced(*invoice, item, summaries);
                       return true;
                     });
  for (Json& summary : summaries) {
    summary["id"] = concat("sis_", item.substr(item.find('_') + 1), "_",
                           std::to_string(integer(summary.at("period"), "start")));
    summary["object"] = "usage_record_summary";
    summary["livemode"] = false;
    summary["subscription_item"] = item;
  }
  return summaries;
}

}  // namespace okapi::engine
