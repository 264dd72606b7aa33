// Lines of prices that stand on no invoice: those of quotes, Checkout Sessions and payment links
// (Stripe's `item`). Their amounts are computed by the same functions as those of a bill, rehearsed
// and undone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/param_name.h"
#include "store/account.h"

namespace okapi::engine {

struct PricedLine {
  std::string id;  // li_…
  store::Document price;
  std::optional<std::int64_t> quantity;  // empty: metered, billed by usage
  Json discounts = Json::array();        // ids
  Json tax_rates = Json::array();        // whole; empty: the default ones
  Json metadata = Json::object();
};

struct Pricing {
  std::string customer = {};  // empty: nobody yet
  std::string currency;
  Json discounts = Json::array();  // ids
  Json default_tax_rates = Json::array();
  bool automatic_tax = false;
};

struct PricedLines {
  Json items = Json::array();  // to be kept with their owner, see shown_items
  std::int64_t amount_subtotal = 0;
  std::int64_t amount_discount = 0;
  std::int64_t amount_tax = 0;
  std::int64_t amount_total = 0;
  Json discounts = Json::array();  // {amount, discount}
  Json taxes = Json::array();      // {amount, rate, taxability_reason, taxable_amount}
};
[[nodiscard]] PricedLines price_lines(store::Transaction& tx, const std::vector<PricedLine>& lines,
                                      const Pricing& pricing);
// The kept items as they are listed: with their prices, and `_discounts` and `_taxes` inside for
// those who expand them.
[[nodiscard]] std::vector<Json> shown_items(const store::Transaction& tx, const Json& items);

// {amount_discount, amount_shipping, amount_tax}, and what `breakdown` shows when it is expanded.
[[nodiscard]] Json total_details(const PricedLines& priced);
[[nodiscard]] Json breakdown(const store::Transaction& tx, const PricedLines& priced);

// The price and quantity of one entry {price | price_data, quantity}; `currency` empty: the price's
// own. Throws for archived prices, another currency, and a quantity where usage says how much.
[[nodiscard]] PricedLine read_priced_line(store::Transaction& tx, const Json& params,
                                          const std::string& currency, const Place& place);
[[nodiscard]] bool is_recurring(const PricedLine& line);

// As internal fields of their owner, and back.
[[nodiscard]] Json to_stored(const std::vector<PricedLine>& lines);
[[nodiscard]] std::vector<PricedLine> from_stored(const store::Transaction& tx, const Json& stored);

}  // namespace okapi::engine
