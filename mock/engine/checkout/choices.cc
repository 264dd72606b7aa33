#include "engine/checkout/choices.h"

#include <algorithm>

#include "api/error.h"
#include "api/operation.h"
#include "base/text.h"
#include "engine/checkout/offer.h"
#include "engine/priced_lines.h"
#include "engine/shipping.h"

namespace okapi::engine {
namespace {

constexpr std::size_t most_shipping_options = 5;
constexpr std::size_t most_optional_items = 10;

store::Document shipping_rate(store::Transaction& tx, const Json& entry, const Place& place) {
  if (has(entry, "shipping_rate") && has(entry, "shipping_rate_data")) {
    throw exclusive(place, "shipping_rate", "shipping_rate_data");
  }
  if (has(entry, "shipping_rate_data")) {
    return create_shipping_rate(tx, entry.at("shipping_rate_data"), place.of("shipping_rate_data"));
  }
  const std::string param = place.of("shipping_rate");
  if (!has(entry, "shipping_rate")) throw api::missing_parameter(param);
  store::Document rate =
      api::require_param(tx, "shipping_rate", text(entry, "shipping_rate"), param);
  if (!boolean(*rate, "active")) {
    throw api::invalid_request(concat("The shipping rate ", rate.id(), " is not active."), param);
  }
  return rate;
}

Json limits_of(const Json& entry) {
  const Json given = entry.value("adjustable_quantity", Json());
  if (!given.is_object() || !boolean(given, "enabled")) return nullptr;
  // Stripe: 0 to 99 where nothing is said (types).
  return {{"enabled", true},
          {"maximum", maybe_integer(given, "maximum").value_or(99)},
          {"minimum", maybe_integer(given, "minimum").value_or(0)}};
}

bool is_of(const Json& line, const std::string& price) {
  return line.value("optional", false) && text(line, "price") == price;
}

}  // namespace

Json read_shipping_options(store::Transaction& tx, const Json& given, const std::string& currency) {
  Json options = Json::array();
  if (!given.is_array()) return options;
  if (given.size() > most_shipping_options) {
    throw api::too_many_items("shipping_options", most_shipping_options);
  }
  for (const Json& entry : given) {
    const Place place = Place("shipping_options").at(options.size());
    const store::Document rate = shipping_rate(tx, entry, place);
    options.push_back(
        {{"shipping_amount", shipping_amount(*rate, currency, place.of("shipping_rate"))},
         {"shipping_rate", rate.id()}});
  }
  return options;
}

Json read_optional_items(store::Transaction& tx, const Json& given, const Json& owner) {
  Json items = Json::array();
  if (given.size() > most_optional_items) {
    throw api::too_many_items("optional_items", most_optional_items);
  }
  std::vector<PricedLine> all = from_stored(tx, owner.at("_lines"));
  const std::string mode = text(owner, owner.contains("_mode") ? "_mode" : "mode");
  for (const Json& entry : given) {
    const Place place = Place("optional_items").at(items.size());
    const Json wanted = {{"price", entry.at("price")}, {"quantity", entry.at("quantity")}};
    all.push_back(read_priced_line(tx, wanted, text(owner, "currency"), place));
    items.push_back({{"adjustable_quantity", limits_of(entry)},
                     {"price", entry.at("price")},
                     {"quantity", entry.at("quantity")}});
  }
  check_offer(all, mode);
  return items;
}

void choose_shipping(Json& session, const std::string& rate) {
  for (const Json& option : session.at("shipping_options")) {
    if (option.at("shipping_rate") != rate) continue;
    // Guess: as on invoices, shipping is not taxed.
    session["shipping_cost"] = {{"amount_subtotal", option.at("shipping_amount")},
                                {"amount_tax", 0},
                                {"amount_total", option.at("shipping_amount")},
                                {"shipping_rate", rate}};
    return;
  }
  throw api::no_such("shipping rate", rate, "shipping_rate");
}

void choose_optional_item(store::Transaction& tx, Json& session, const std::string& price,
                          std::int64_t quantity) {
  const Json offered = session.value("optional_items", Json::array());
  const auto item =
      std::ranges::find_if(offered, [&](const Json& each) { return each.at("price") == price; });
  if (item == offered.end()) throw api::no_such("optional item", price, "optional_item");
  Json& lines = session["_lines"];
  const auto chosen =
      std::ranges::find_if(lines, [&](const Json& line) { return is_of(line, price); });
  if (chosen != lines.end()) lines.erase(chosen);
  if (quantity == 0) return;
  const Json& limits = item->at("adjustable_quantity");
  const bool fits = limits.is_object() ? quantity <= integer(limits, "maximum") && quantity > 0
                                       : quantity == integer(*item, "quantity");
  if (!fits) {
    throw api::invalid_request("The optional item is not offered in this quantity.", "quantity");
  }
  const Json wanted = {{"price", price}, {"quantity", quantity}};
  Json line = to_stored(
      {read_priced_line(tx, wanted, text(session, "currency"), Place("optional_item"))})[0];
  line["adjustable_quantity"] = limits;
  line["optional"] = true;
  lines.push_back(std::move(line));
}

}  // namespace okapi::engine
