#include "engine/tax_table.h"

#include <algorithm>

#include "api/error.h"

namespace okapi::engine {
namespace {

std::vector<store::Document> table(const store::Transaction& tx) {
  std::vector<store::Document> rates;
  tx.scan_up("tax_rate", 0, [&](const store::Document& rate) {
    if (boolean(*rate, "active") && at_path(*rate, {"metadata", "automatic_tax"}) == "true") {
      rates.push_back(rate);
    }
    return true;
  });
  return rates;
}

const Json& place_of(const Json& shipping, const Json& address) {
  const Json& shipped = at_path(shipping, {"address"});
  return at_path(shipped, {"country"}).is_string() ? shipped : address;
}

}  // namespace

LocatedTaxes taxes_at(const store::Transaction& tx, const Json& shipping, const Json& address) {
  LocatedTaxes found;
  const Json& place = place_of(shipping, address);
  const Json& country = at_path(place, {"country"});
  if (!country.is_string()) return found;
  found.location = TaxLocation::not_collecting;
  for (const store::Document& rate : table(tx)) {
    const bool here = maybe_text(*rate, "country") == country.get<std::string>();
    if (!here || (has(*rate, "state") && rate->at("state") != at_path(place, {"state"}))) continue;
    found.rates.push_back(rate);
    found.location = TaxLocation::collecting;
  }
  return found;
}

bool lacks_location(const store::Transaction& tx, const Json& shipping, const Json& address) {
  return !at_path(place_of(shipping, address), {"country"}).is_string() && !table(tx).empty();
}

void check_tax_location(const store::Transaction& tx, const std::string& customer) {
  const store::Document document = tx.find("customer", customer);
  if (!document) return;
  const Json shipping = document->value("shipping", Json());
  const Json address = document->value("address", Json());
  if (!lacks_location(tx, shipping, address)) return;
  throw api::invalid_request(
      "The customer's location isn't recognized. Set a valid customer address in order to "
      "automatically calculate tax.",
      "automatic_tax[enabled]", "customer_tax_location_invalid");
}

}  // namespace okapi::engine
