#include "engine/added_items.h"

#include <algorithm>

#include "api/error.h"
#include "api/operation.h"
#include "engine/compose.h"
#include "engine/discounts.h"
#include "engine/invoice_items.h"
#include "engine/taxes.h"

namespace okapi::engine {
namespace {

constexpr std::size_t most_added_items = 20;

// As POST /v1/invoiceitems names them.
Json as_invoice_item(const Json& entry, const std::string& prefix) {
  Json params = entry;
  if (has(entry, "price") && has(entry, "price_data")) {
    throw api::only_one_of({prefix + "[price]", prefix + "[price_data]"});
  }
  if (!has(entry, "price") && !has(entry, "price_data")) {
    throw api::missing_parameter(prefix + "[price]");
  }
  if (has(entry, "price")) params["pricing"] = {{"price", entry.at("price")}};
  return params;
}

Seconds latest_start(const Json& subscription) {
  Seconds start = 0;
  for (const Json& item : subscription.at("items").at("data")) {
    start = std::max(start, integer(item, "current_period_start"));
  }
  return start;
}

Seconds timestamp(const Json& bound, const std::string& param) {
  if (!has(bound, "timestamp")) throw api::missing_parameter(param + "[timestamp]");
  return integer(bound, "timestamp");
}

// Stripe: from max_item_period_start to min_item_period_end where nothing is said (types).
billing::Period asked_period(const Json& entry, const Json& subscription, Seconds now,
                             const std::string& prefix) {
  billing::Period period = {.start = latest_start(subscription),
                            .end = period_of(subscription).end};
  const std::string param = prefix + "[period]";
  const Json& start = at_path(entry, {"period", "start"});
  if (!start.is_null()) {
    if (start.at("type") == "now") period.start = now;
    if (start.at("type") == "timestamp") period.start = timestamp(start, param + "[start]");
  }
  const Json& end = at_path(entry, {"period", "end"});
  if (!end.is_null() && end.at("type") == "timestamp") {
    period.end = timestamp(end, param + "[end]");
  }
  if (period.end < period.start) {
    throw api::invalid_request("The end of the period must not lie before its start.",
                               param + "[end]");
  }
  return period;
}

}  // namespace

void add_invoice_items(store::Transaction& tx, const Json& subscription, const Json& params) {
  if (!has(params, "add_invoice_items")) return;
  const Json& entries = params.at("add_invoice_items");
  if (entries.size() > most_added_items) {
    throw api::too_many_items("add_invoice_items", most_added_items);
  }
  std::size_t index = 0;
  for (const Json& entry : entries) {
    const std::string prefix = "add_invoice_items[" + std::to_string(index++) + "]";
    const Json item_params = as_invoice_item(entry, prefix);
    Json item = make_invoice_item(
        tx, {.customer = *tx.find("customer", text(subscription, "customer")),
             .cost = read_item_cost(tx, item_params, text(subscription, "currency")),
             .subscription = text(subscription, "id"),
             .period = asked_period(entry, subscription, tx.now(), prefix)});
    api::assign_params(item, item_params, {"discountable"});
    api::merge_metadata(item, item_params);
    settle_net_amount(item);
    item["tax_rates"] = read_tax_rates(tx, entry.value("tax_rates", Json()), prefix + "[tax_rates]",
                                       most_line_tax_rates);
    item["discounts"] =
        set_discounts(tx,
                      {.customer = text(subscription, "customer"),
                       .currency = text(subscription, "currency"),
                       .invoice_item = text(item, "id")},
                      entry.value("discounts", Json()), nullptr, prefix + "[discounts]");
    tx.emit("invoiceitem.created", tx.insert(std::move(item)));
  }
}

}  // namespace okapi::engine
