#include "engine/lines.h"

#include <map>

#include "base/check.h"
#include "base/text.h"
#include "billing/price_text.h"
#include "billing/proration.h"
#include "engine/prorations.h"
#include "engine/taxes.h"
#include "engine/usage.h"
#include "engine/usage_records.h"

namespace okapi::engine {
namespace {

// A deleted product leaves its prices without a name; the id still tells which it was.
std::string product_name(const store::Transaction& tx, const std::string& id) {
  const store::Document product = tx.find("product", id);
  return product ? text(*product, "name") : id;
}

billing::LineWords words_of(const store::Transaction& tx, const PriceTerms& price) {
  const store::Document product = tx.find("product", price.product);
  return {.product = product_name(tx, price.product),
          .unit_label = product ? maybe_text(*product, "unit_label").value_or("") : "",
          .currency = price.currency,
          .recurrence = price.recurrence,
          .divide_by = price.rate.package ? price.rate.package->divide_by : 1};
}

Json period_json(billing::Period period) { return {{"start", period.start}, {"end", period.end}}; }

Json subscription_parent(const ItemSource& source) {
  return {{"invoice_item_details", nullptr},
          {"subscription_item_details",
           {{"invoice_item", nullptr},
            {"proration", false},
            {"proration_details", {{"credited_items", nullptr}}},
            {"subscription", source.subscription},
            {"subscription_item", source.item}}},
          {"type", "subscription_item_details"}};
}

// Stripe: a line names invoice and lines; an item may also name a pending item, which has none.
Json credited_lines(const Json& invoice_item) {
  const Json& credited =
      at_path(invoice_item, {"proration_details", "credited_items", "invoice_line_item_details"});
  return credited;
}

// Prorations stand as lines of their subscription item, anything else as an invoice item's.
Json invoice_item_parent(const Json& invoice_item) {
  const Json& owner = at_path(invoice_item, {"parent", "subscription_details"});
  const Json subscription = owner.is_null() ? Json() : owner.at("subscription");
  if (!boolean(invoice_item, "proration")) {
    return {{"invoice_item_details",
             {{"invoice_item", text(invoice_item, "id")},
              {"proration", false},
              {"proration_details", {{"credited_items", nullptr}}},
              {"subscription", subscription}}},
            {"subscription_item_details", nullptr},
            {"type", "invoice_item_details"}};
  }
  return {{"invoice_item_details", nullptr},
          {"subscription_item_details",
           {{"invoice_item", text(invoice_item, "id")},
            {"proration", true},
            {"proration_details", {{"credited_items", credited_lines(invoice_item)}}},
            {"subscription", subscription},
            {"subscription_item", owner.at("subscription_item")}}},
          {"type", "subscription_item_details"}};
}

// Everything of a line but id, invoice, parent and description.
Json plain_line(const Bill& bill, std::int64_t amount, Decimal quantity) {
  return {{"object", "line_item"},
          {"amount", amount},
          {"currency", bill.invoice.at("currency")},
          {"discount_amounts", Json::array()},
          {"discountable", true},
          {"discounts", Json::array()},
          {"livemode", false},
          {"pretax_credit_amounts", Json::array()},
          // Stripe: the whole units of quantity_decimal, 2.7 is 2.
          {"quantity", quantity.truncated()},
          {"quantity_decimal", quantity.text()},
          {"subtotal", amount},
          {"taxes", Json::array()}};
}

Json item_line(const Bill& bill, const ItemSource& source, const PriceTerms& price,
               const billing::RatedLine& rated) {
  Json line = plain_line(bill, rated.amount, rated.quantity);
  const bool flat = rated.kind == billing::LineKind::tier_flat;
  line["discounts"] = source.discounts;
  line["metadata"] = source.metadata;
  line["parent"] = subscription_parent(source);
  line["period"] = period_json(source.period);
  line["pricing"] = {{"price_details", {{"price", price.id}, {"product", price.product}}},
                     {"type", "price_details"},
                     // Guess: the tier's own amount, and none on the line of a flat amount.
                     {"unit_amount_decimal", flat ? Json() : Json(rated.unit_amount.text())}};
  line["subscription"] = source.subscription;
  return line;
}

const char* step_kind(billing::LineKind kind) {
  using enum billing::LineKind;
  switch (kind) {
    case per_unit:
      return "per_unit";
    case package:
      return "package";
    case tier_unit:
      return "tier_unit";
    case tier_flat:
      return "tier_flat";
  }
  OKAPI_UNREACHABLE();
}

void explain_tier(Json& step, const billing::Rate& rate, int tier) {
  const auto index = static_cast<std::size_t>(tier - 1);
  const std::optional<Decimal> up_to = rate.tiers.at(index).up_to;
  const bool graduated = rate.tiers_mode == billing::TiersMode::graduated;
  step["tier"] = tier;
  step["tiers_mode"] = graduated ? "graduated" : "volume";
  step["above"] = index == 0 ? "0" : rate.tiers[index - 1].up_to->text();
  step["up_to"] = up_to ? Json(up_to->text()) : Json();
}

Json rated_step(const billing::Rate& rate, const billing::RatedLine& rated) {
  Json step = {{"kind", std::string(step_kind(rated.kind))},
               {"amount", rated.amount},
               {"exact", rated.exact()},
               {"unit_amount", rated.unit_amount.text()},
               {"units", rated.units.text()}};
  if (rated.tier > 0) explain_tier(step, rate, rated.tier);
  if (rated.kind == billing::LineKind::package) {
    step["divide_by"] = rate.package->divide_by;
    step["quantity"] = rated.quantity.text();
    step["round"] = rate.package->rounding == billing::PackageRounding::up ? "up" : "down";
  }
  return step;
}

Json working_of(const Json& line, const char* kind, Json usage, Json step, const Json& tax_rates) {
  const Json& price = at_path(line, {"pricing", "price_details", "price"});
  return {{"kind", kind},
          {"amount", line.at("amount")},
          {"credits", Json::array()},
          {"description", line.at("description")},
          {"discounts", Json::array()},
          {"net", line.at("amount")},
          {"period", line.at("period")},
          {"price", price},
          {"steps", Json::array({std::move(step)})},
          {"tax_rates", tax_rates},
          {"taxes", Json::array()},
          {"usage", std::move(usage)}};
}

void add_rated_lines(store::Transaction& tx, Bill& bill, const ItemSource& source,
                     const PriceTerms& price, Decimal quantity, const Json& usage) {
  const billing::LineWords words = words_of(tx, price);
  for (const billing::RatedLine& rated : billing::rate(price.rate, quantity)) {
    Json line = item_line(bill, source, price, rated);
    line["description"] = billing::line_text(rated, words);
    Json working = working_of(line, price.metered ? "metered" : "licensed", usage,
                              rated_step(price.rate, rated), source.tax_rates);
    add_line(tx, bill, std::move(line), std::move(working));
  }
}

// Some whole intervals of a price, and the seconds of another.
struct Shares {
  int whole_intervals = 0;
  billing::Change part;
  Seconds seconds = 0;
};

std::int64_t share_of(const billing::RatedLine& rated, const Shares& shares) {
  const std::int64_t part =
      rated.kind == billing::LineKind::per_unit
          ? billing::remaining_charge(shares.part, rated.units, rated.unit_amount)
          : billing::remaining_charge(shares.part, rated.amount);
  return rated.amount * shares.whole_intervals + part;
}

void add_shares(store::Transaction& tx, Bill& bill, const ItemSource& source, Decimal quantity,
                const Shares& shares) {
  const PriceTerms price = price_terms(tx, source.price, text(bill.invoice, "currency"));
  const billing::LineWords words = words_of(tx, price);
  for (billing::RatedLine rated : billing::rate(price.rate, quantity)) {
    Json step = rated_step(price.rate, rated);
    step["whole_amount"] = rated.amount;
    rated.amount = share_of(rated, shares);
    Json line = item_line(bill, source, price, rated);
    line["description"] = billing::line_text(rated, words);
    step["amount"] = rated.amount;
    step["seconds"] = shares.seconds;
    step["period_seconds"] = shares.part.period.end - shares.part.period.start;
    if (shares.whole_intervals > 0) step["whole_intervals"] = shares.whole_intervals;
    Json working = working_of(line, "licensed", nullptr, std::move(step), source.tax_rates);
    add_line(tx, bill, std::move(line), std::move(working));
  }
}

// Stripe: the whole usage of the period is rated again and what threshold invoices took is taken
// off (docs, thresholds: 25,000 x 40 = 1,000,000 less 500,000 "Amount previously billed").
void add_previously_billed_line(store::Transaction& tx, Bill& bill, const ItemSource& source,
                                const PriceTerms& price, std::int64_t billed) {
  Json line = plain_line(bill, -billed, Decimal());
  line["description"] = "Amount previously billed";
  line["discountable"] = false;
  line["metadata"] = source.metadata;
  line["parent"] = subscription_parent(source);
  line["period"] = period_json(source.period);
  line["pricing"] = {{"price_details", {{"price", price.id}, {"product", price.product}}},
                     {"type", "price_details"},
                     {"unit_amount_decimal", nullptr}};
  line["subscription"] = source.subscription;
  Json working = working_of(line, "previously_billed", nullptr,
                            {{"kind", "previously_billed"}, {"amount", -billed}}, source.tax_rates);
  add_line(tx, bill, std::move(line), std::move(working));
}

// "sum" of a meter, for the workings.
Json usage_working(const store::Transaction& tx, const PriceTerms& price, billing::Period period,
                   const OwedUsage& owed) {
  const store::Document meter = usage_source(tx, price, {}, {}).meter;
  return {{"aggregate", owed.aggregate.text()},
          {"end", period.end},
          {"event_name", text(*meter, "event_name")},
          {"events", owed.events},
          {"formula", text(meter->at("default_aggregation"), "formula")},
          {"left_out", owed.left_out.text()},
          {"meter", price.meter},
          {"quantity", owed.quantity.text()},
          {"start", period.start}};
}

// The source of a line that an item gave, as it stands on the line itself: the item may be gone.
ItemSource source_of(const Json& line, const Json& working) {
  const Json& details = line.at("parent").at("subscription_item_details");
  ItemSource source = {.subscription = text(details, "subscription"),
                       .item = text(details, "subscription_item"),
                       .price = text(line.at("pricing").at("price_details"), "price"),
                       .metadata = line.at("metadata"),
                       .discounts = line.at("discounts"),
                       .tax_rates = working.value("tax_rates", Json()),
                       .period = {.start = integer(line.at("period"), "start"),
                                  .end = integer(line.at("period"), "end")}};
  const Json& until = at_path(working, {"usage", "end"});
  if (!until.is_null()) source.usage_until = until.get<Seconds>();
  return source;
}

bool is_metered_working(const Json& working) {
  const std::string& kind = text(working, "kind");
  return kind == "metered" || kind == "previously_billed";
}

// One item's lines in one period belong together, whatever their number.
std::string group_key(const Json& line) {
  const Json& item = at_path(line, {"parent", "subscription_item_details", "subscription_item"});
  const Json& price = at_path(line, {"pricing", "price_details", "price"});
  return concat(item.get_ref<const std::string&>(), " ", price.get_ref<const std::string&>(), " ",
                std::to_string(integer(line.at("period"), "start")));
}

}  // namespace

ItemSource item_source(const Json& subscription, const Json& item, billing::Period period) {
  return {.subscription = text(subscription, "id"),
          .item = text(item, "id"),
          .price = text(item.at("price"), "id"),
          .metadata = subscription.at("metadata"),
          .discounts = item.value("discounts", Json::array()),
          .tax_rates = tax_rate_ids(item.value("tax_rates", Json())),
          .period = period};
}

void add_licensed_lines(store::Transaction& tx, Bill& bill, const ItemSource& source,
                        Decimal quantity) {
  const PriceTerms price = price_terms(tx, source.price, text(bill.invoice, "currency"));
  add_rated_lines(tx, bill, source, price, quantity, nullptr);
}

void add_partial_lines(store::Transaction& tx, Bill& bill, const ItemSource& source,
                       Decimal quantity, billing::Period whole) {
  if (source.period == whole) return add_licensed_lines(tx, bill, source, quantity);
  const Seconds length = source.period.end - source.period.start;
  add_shares(tx, bill, source, quantity,
             {.part = {.period = whole, .at = whole.end - length}, .seconds = length});
}

void add_intervals_line(store::Transaction& tx, Bill& bill, const ItemSource& source,
                        const Intervals& intervals) {
  const Seconds length = source.period.end - intervals.last.start;
  add_shares(tx, bill, source, intervals.quantity,
             {.whole_intervals = intervals.whole_intervals,
              .part = {.period = intervals.last, .at = intervals.last.end - length},
              .seconds = length});
}

void add_trial_line(store::Transaction& tx, Bill& bill, const ItemSource& source,
                    const TrialLine& trial) {
  const PriceTerms price = price_terms(tx, source.price, text(bill.invoice, "currency"));
  const billing::LineWords words = words_of(tx, price);
  const billing::RatedLine free = {.kind = billing::LineKind::per_unit, .quantity = trial.quantity};
  Json line = item_line(bill, source, price, free);
  line["pricing"]["unit_amount_decimal"] = "0";
  line["description"] = trial.flexible  ? billing::free_trial_text(trial.quantity, words)
                        : trial.metered ? billing::classic_metered_trial_text(trial.quantity, words)
                                        : billing::classic_trial_text(words);
  Json working =
      working_of(line, "trial", nullptr, {{"kind", "amount"}, {"amount", 0}}, source.tax_rates);
  add_line(tx, bill, std::move(line), std::move(working));
}

void add_metered_lines(store::Transaction& tx, Bill& bill, const ItemSource& source) {
  const PriceTerms price = price_terms(tx, source.price, text(bill.invoice, "currency"));
  const billing::Period window = {.start = source.period.start,
                                  .end = source.usage_until.value_or(source.period.end)};
  const OwedUsage owed = owed_usage(tx, text(bill.invoice, "customer"), source.item, price, window);
  add_rated_lines(tx, bill, source, price, owed.quantity, usage_working(tx, price, window, owed));
  if (owed.billed_amount != 0) {
    add_previously_billed_line(tx, bill, source, price, owed.billed_amount);
  }
}

void add_empty_metered_lines(store::Transaction& tx, Bill& bill, const ItemSource& source) {
  const PriceTerms price = price_terms(tx, source.price, text(bill.invoice, "currency"));
  add_rated_lines(tx, bill, source, price, Decimal(), nullptr);
}

void refresh_metered_lines(store::Transaction& tx, Bill& bill) {
  Json old_lines = std::move(bill.lines());
  Json old_workings = std::move(bill.workings());
  bill.lines() = Json::array();
  bill.workings() = Json::array();
  // The nth line of an item keeps the nth id, so that a client that remembered one finds it again.
  std::map<std::string, std::vector<std::string>> ids;
  for (std::size_t i = 0; i < old_lines.size(); ++i) {
    if (is_metered_working(old_workings[i])) {
      ids[group_key(old_lines[i])].push_back(text(old_lines[i], "id"));
    }
  }
  std::map<std::string, bool> done;
  for (std::size_t i = 0; i < old_lines.size(); ++i) {
    if (!is_metered_working(old_workings[i])) {
      bill.lines().push_back(std::move(old_lines[i]));
      bill.workings().push_back(std::move(old_workings[i]));
      continue;
    }
    const std::string key = group_key(old_lines[i]);
    if (std::exchange(done[key], true)) continue;
    const std::size_t first = bill.lines().size();
    add_metered_lines(tx, bill, source_of(old_lines[i], old_workings[i]));
    const std::vector<std::string>& kept = ids.at(key);
    for (std::size_t n = first; n < bill.lines().size() && n - first < kept.size(); ++n) {
      bill.lines()[n]["id"] = kept[n - first];
      bill.workings()[n]["line"] = kept[n - first];
    }
  }
}

void add_invoice_item_line(store::Transaction& tx, Bill& bill, const Json& invoice_item) {
  const std::int64_t amount = integer(invoice_item, "amount");
  const Decimal quantity = decimal(invoice_item, "quantity_decimal");
  const Json& pricing = invoice_item.at("pricing");
  Json line = plain_line(bill, amount, quantity);
  const std::string product = text(pricing.at("price_details"), "product");
  // Stripe: the item's description, else the product's name.
  line["description"] = has(invoice_item, "description") ? invoice_item.at("description")
                                                         : Json(product_name(tx, product));
  line["discountable"] = invoice_item.at("discountable");
  // The itemized discounts of a proration; elsewhere they are inside the amount.
  if (has(invoice_item, "net_amount") && invoice_item.at("net_amount") != amount) {
    line["discount_amounts"] = invoice_item.at("proration_details").at("discount_amounts");
  }
  line["discounts"] = invoice_item.at("discounts");
  line["metadata"] = invoice_item.at("metadata");
  const Json& subscription =
      at_path(invoice_item, {"parent", "subscription_details", "subscription"});
  line["parent"] = invoice_item_parent(invoice_item);
  line["period"] = invoice_item.at("period");
  line["pricing"] = pricing;
  line["subscription"] = subscription;
  Json step = {{"kind", "amount"}, {"amount", amount}};
  if (const auto unit_amount = maybe_decimal(pricing, "unit_amount_decimal")) {
    step = {{"kind", "per_unit"},
            {"amount", amount},
            {"exact", product_text(quantity, *unit_amount)},
            {"unit_amount", unit_amount->text()},
            {"units", quantity.text()}};
  }
  const Json& proration = proration_working(invoice_item);
  if (!proration.is_null()) step = proration;
  Json working = working_of(line, proration.is_null() ? "invoice_item" : "proration", nullptr,
                            std::move(step), tax_rate_ids(invoice_item.at("tax_rates")));
  add_line(tx, bill, std::move(line), std::move(working));
}

std::string invoice_item_of(const Json& line) {
  for (const char* details : {"invoice_item_details", "subscription_item_details"}) {
    const Json& id = at_path(line, {"parent", details, "invoice_item"});
    if (id.is_string()) return id.get<std::string>();
  }
  return {};
}

}  // namespace okapi::engine
