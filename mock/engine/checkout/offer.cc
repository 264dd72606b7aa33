#include "engine/checkout/offer.h"

#include <algorithm>

#include "api/error.h"
#include "base/text.h"
#include "engine/sold_lines.h"

namespace okapi::engine {
namespace {

constexpr std::size_t most_lines = 100;     // payment mode
constexpr std::size_t most_of_a_kind = 20;  // recurring, and one-time beside them

Json adjustable(const Json& entry, const PricedLine& line, const Place& place) {
  const Json given = entry.value("adjustable_quantity", Json());
  if (!given.is_object() || !boolean(given, "enabled")) return nullptr;
  if (!line.quantity) {
    throw api::invalid_request("A metered price has no quantity that could be adjusted.",
                               place.of("adjustable_quantity"));
  }
  // Stripe: 0 to 99 where nothing is said (types).
  const std::int64_t least = maybe_integer(given, "minimum").value_or(0);
  const std::int64_t most = maybe_integer(given, "maximum").value_or(99);
  if (least < 0 || most < least || *line.quantity < least || *line.quantity > most) {
    throw api::invalid_request(
        "The quantity must lie between the minimum and the maximum of `adjustable_quantity`.",
        place.of("adjustable_quantity"));
  }
  return {{"enabled", true}, {"maximum", most}, {"minimum", least}};
}

Pricing pricing_of(const Json& owner) {
  return {.customer = maybe_text(owner, "customer").value_or(""),
          .currency = text(owner, "currency"),
          .discounts = owner.at("_discounts"),
          .default_tax_rates = owner.at("_default_tax_rates"),
          .automatic_tax = boolean(owner.at("automatic_tax"), "enabled")};
}

}  // namespace

Json read_offer(store::Transaction& tx, const Json& params, std::string& currency) {
  std::vector<PricedLine> lines;
  Json limits = Json::array();
  for (const Json& entry : params.at("line_items")) {
    const Place place = Place("line_items").at(lines.size());
    PricedLine line = read_priced_line(tx, entry, currency, place);
    if (currency.empty()) currency = text(*line.price, "currency");
    // Stripe: nothing is assumed where usage does not say how much.
    if (line.quantity && !has(entry, "quantity")) {
      throw api::missing_parameter(place.of("quantity"));
    }
    limits.push_back(adjustable(entry, line, place));
    lines.push_back(std::move(line));
  }
  Json stored = to_stored(lines);
  for (std::size_t i = 0; i < lines.size(); ++i) stored[i]["adjustable_quantity"] = limits[i];
  return stored;
}

void check_offer(const std::vector<PricedLine>& lines, const std::string& mode) {
  const auto recurring = static_cast<std::size_t>(std::ranges::count_if(lines, is_recurring));
  if (mode == "payment") {
    if (recurring > 0) {
      throw api::invalid_request(
          "You specified `payment` mode but passed a recurring price. Either switch to "
          "`subscription` mode or use only one-time prices.",
          "mode");
    }
    if (lines.size() > most_lines) throw api::too_many_items("line_items", most_lines);
    return;
  }
  if (recurring == 0) {
    throw api::invalid_request(
        "You must provide at least one recurring price in `subscription` mode when using prices.",
        "line_items");
  }
  if (recurring > most_of_a_kind || lines.size() - recurring > most_of_a_kind) {
    throw api::too_many_items("line_items", most_of_a_kind);
  }
}

bool starts_with_trial(const Json& subscription_data) {
  return maybe_integer(subscription_data, "trial_period_days").value_or(0) > 0 ||
         has(subscription_data, "trial_end");
}

void settle_offer(store::Transaction& tx, Json& owner) {
  const std::vector<PricedLine> lines = from_stored(tx, owner.at("_lines"));
  const PricedLines all = price_lines(tx, lines, pricing_of(owner));
  owner["_items"] = all.items;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    owner["_items"][i]["adjustable_quantity"] = owner.at("_lines")[i].at("adjustable_quantity");
  }
  PricedLines due = all;
  if (starts_with_trial(owner.value("_subscription_data", Json::object()))) {
    std::vector<PricedLine> once = lines;
    std::erase_if(once, is_recurring);
    due = price_lines(tx, once, pricing_of(owner));
  }
  owner["amount_subtotal"] = due.amount_subtotal;
  owner["amount_total"] = due.amount_total;
  owner["total_details"] = total_details(due);
  if (has(owner, "shipping_cost")) {
    const std::int64_t shipping = integer(owner.at("shipping_cost"), "amount_total");
    owner["amount_total"] = due.amount_total + shipping;
    owner["total_details"]["amount_shipping"] = shipping;
  }
  owner["_breakdown"] = breakdown(tx, due);
}

std::vector<Json> offered_items(const store::Transaction& tx, const Json& owner) {
  return shown_items(tx, owner.value("_items", Json::array()));
}

}  // namespace okapi::engine
