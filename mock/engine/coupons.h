// Coupons and promotion codes as what they allow: whether they can be redeemed, and the counting of
// redemptions (subscriptions-invoices 2.10).
#pragma once

#include <string>

#include "store/account.h"

namespace okapi::engine {

// A percent as the exact decimal that was sent.
[[nodiscard]] Decimal read_percent(const Json& number);

struct Redemption {
  store::Document coupon;
  store::Document promotion_code;  // empty: the coupon itself was named
};
struct RedeemedBy {
  std::string customer;  // empty: nobody yet (a preview without customer)
  std::string currency;
  std::int64_t order_amount = 0;  // for minimum_amount; 0: not looked at
};
// One entry {coupon | promotion_code} of a discounts parameter whose full name is `param`. Throws
// for unknown, expired, used-up, inactive ones, for a foreign customer and for the wrong currency.
[[nodiscard]] Redemption require_redeemable(store::Transaction& tx, const Json& entry,
                                            const RedeemedBy& by, const std::string& param);
// Counts it; the last one makes the coupon invalid, the code inactive.
void count_redemption(store::Transaction& tx, const Redemption& redemption);
// A step of time: redeem_by and expires_at.
void expire_coupon(store::Transaction& tx, const store::Document& coupon);
void expire_promotion_code(store::Transaction& tx, const store::Document& code);

// Whether it may be taken off this product; applies_to names none: off every one.
[[nodiscard]] bool applies_to_product(const Json& coupon, const Json& product);

// In this currency, from the coupon or its currency_options; 0 for percents and other currencies.
[[nodiscard]] std::int64_t amount_off_in(const Json& coupon, const std::string& currency);

}  // namespace okapi::engine
