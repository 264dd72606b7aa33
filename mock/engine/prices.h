// Prices as they come into being: from their own endpoint, with a product (default_price_data), or
// inside another request (price_data of subscription and invoice items). All rules of
// usage-billing 1.1 are here. What Stripe shows of a price only when asked, its tiers and currency
// options, is kept beside it (price_details), so that a price can be embedded elsewhere as it
// stands.
#pragma once

#include <string>
#include <string_view>

#include "store/account.h"

namespace okapi::engine {

struct PriceRequest {
  // Where the parameters stood, "items[0][price_data]" or nothing, so that refusals name them.
  std::string prefix = {};
  std::string product = {};  // used instead of params.product and params.product_data
  std::string id = {};       // a caller's own id (plans); empty: generated
  bool active = true;        // when the parameters do not say
};

// `params` are those of POST /v1/prices. Emits price.created and, for recurring ones, plan.created
// (product.created before them when product_data makes one).
store::Document create_price(store::Transaction& tx, const Json& params,
                             const PriceRequest& request = {});

// {"tiers": null | [{flat_amount, flat_amount_decimal, unit_amount, unit_amount_decimal, up_to}],
//  "currency_options": {"usd": {custom_unit_amount, tax_behavior, tiers?, unit_amount,
//  unit_amount_decimal}}}: an internal document of kind okapi.price_details with the price's id.
[[nodiscard]] store::Document price_details(const store::Transaction& tx,
                                            std::string_view price_id);
// Merges parameters of the same name into it (price update); true when something changed.
bool update_currency_options(store::Transaction& tx, const store::Document& price,
                             const Json& params);
// Gives the lookup key to the price, taking it from its holder when `transfer` says so.
struct LookupKey {
  std::string key;
  bool transfer = false;
};
void take_lookup_key(store::Transaction& tx, const LookupKey& wanted, std::string_view price_id,
                     std::string_view param);

// The legacy twin that subscription items still show, and the text of the stored plan.
[[nodiscard]] Json plan_of(const Json& price);
// Brings the stored plan in line with its price after an update; emits plan.updated on a change.
void update_plan(store::Transaction& tx, const store::Document& price);

}  // namespace okapi::engine
