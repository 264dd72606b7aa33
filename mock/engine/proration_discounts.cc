#include "engine/proration_discounts.h"

#include <algorithm>
#include <vector>

#include "billing/discount.h"
#include "engine/coupons.h"
#include "engine/discounts.h"
#include "engine/items.h"
#include "engine/terms.h"

namespace okapi::engine {
namespace {

std::int64_t cost_of(const store::Transaction& tx, const Json& subscription, const Json& item) {
  const PriceTerms price =
      price_terms(tx, text(item.at("price"), "id"), text(subscription, "currency"));
  return billing::total_of(
      billing::rate(price.rate, Decimal::from_integer(integer(item, "quantity"))));
}

// An amount off the whole subscription is shared by its items in proportion to what they cost.
// Stripe: classic billing sets all of it against the item that changed (docs, compare: -250).
std::int64_t share_of_subscription(const store::Transaction& tx, const ProratedItem& prorated,
                                   const Json& coupon, std::int64_t amount_off) {
  if (!is_flexible(prorated.subscription)) return std::min(amount_off, prorated.whole);
  std::vector<std::int64_t> costs;
  std::size_t own = 0;
  for (const Json& item : prorated.subscription.at("items").at("data")) {
    if (is_metered_item(item) || !applies_to_product(coupon, item.at("price").at("product")))
      continue;
    const bool is_own = item.at("id") == prorated.item.at("id");
    if (is_own) own = costs.size();
    costs.push_back(is_own ? prorated.whole : cost_of(tx, prorated.subscription, item));
  }
  return costs.empty() ? 0 : billing::shares_of(amount_off, costs)[own];
}

}  // namespace

bool itemizes_discounts(const Json& subscription) {
  return at_path(subscription, {"billing_mode", "flexible", "proration_discounts"}) == "itemized";
}

Json discounts_of_proration(const store::Transaction& tx, const ProratedItem& prorated) {
  Json rows = Json::array();
  std::int64_t left = prorated.amount;
  for (const Json* holder : {&prorated.item, &prorated.subscription}) {
    for (const Json& id : active_discounts(tx, holder->at("discounts"), prorated.change.at)) {
      const store::Document discount = tx.find("discount", id.get<std::string>());
      const Json& coupon = discount->at("_coupon");
      if (!applies_to_product(coupon, prorated.item.at("price").at("product"))) continue;
      std::int64_t off = 0;
      if (has(coupon, "percent_off")) {
        off = billing::percent_of(left, read_percent(coupon.at("percent_off")));
      } else {
        // Guess: an amount that is taken off once is left to the next whole invoice.
        if (text(coupon, "duration") == "once") continue;
        const std::int64_t whole = amount_off_in(coupon, text(prorated.subscription, "currency"));
        const std::int64_t share = holder == &prorated.item
                                       ? std::min(whole, prorated.whole)
                                       : share_of_subscription(tx, prorated, coupon, whole);
        off = prorated.amount < 0 ? billing::unused_credit(prorated.change, share)
                                  : billing::remaining_charge(prorated.change, share);
      }
      if (off == 0) continue;
      left -= off;
      rows.push_back({{"amount", off}, {"discount", id}});
    }
  }
  return rows;
}

}  // namespace okapi::engine
