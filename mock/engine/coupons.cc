#include "engine/coupons.h"

#include <algorithm>

#include "api/error.h"
#include "api/operation.h"
#include "base/text.h"

namespace okapi::engine {
namespace {

[[noreturn]] void refuse(const std::string& message, const std::string& param,
                         const char* code = "") {
  throw api::invalid_request(message, param, code);
}

void check_coupon(const Json& coupon, const RedeemedBy& by, const std::string& param) {
  const std::string& id = text(coupon, "id");
  // Guess: Stripe has one sentence for what is over, be it the date or the number.
  if (!boolean(coupon, "valid")) refuse("Coupon expired: " + id, param, "coupon_expired");
  const bool fits =
      has(coupon, "percent_off") || by.currency.empty() || amount_off_in(coupon, by.currency) > 0;
  if (!fits) {
    refuse("The coupon `" + id + "` is in `" + text(coupon, "currency") +
               "` and cannot be used with `" + by.currency + "`.",
           param);
  }
}

bool has_paid_before(const store::Transaction& tx, const std::string& customer) {
  bool paid = false;
  tx.scan_up_where("invoice", "customer", customer, 0, [&](const store::Document& invoice) {
    paid = integer(*invoice, "amount_paid") > 0;
    return !paid;
  });
  return paid;
}

// Stripe: restrictions are tested when the code is redeemed, and never again.
void check_restrictions(const store::Transaction& tx, const Json& code, const RedeemedBy& by,
                        const std::string& param) {
  const Json& restrictions = code.at("restrictions");
  if (boolean(restrictions, "first_time_transaction") && !by.customer.empty() &&
      has_paid_before(tx, by.customer)) {
    refuse(
        "This promotion code cannot be redeemed because the associated customer has prior "
        "transactions.",
        param);
  }
  const auto minimum = maybe_integer(restrictions, "minimum_amount");
  if (minimum && by.order_amount > 0 && by.order_amount < *minimum) {
    refuse("This promotion code cannot be redeemed because the order is below its minimum amount.",
           param);
  }
}

store::Document find_code(const store::Transaction& tx, const std::string& id) {
  return tx.find("promotion_code", id);
}

}  // namespace

Decimal read_percent(const Json& number) {
  const std::optional<Decimal> percent =
      Decimal::parse(number.is_string() ? number.get<std::string>() : to_compact(number));
  // A number that prints with an exponent is no percentage: beyond 100, or too small to take any.
  if (!percent) throw OutOfRange("a percentage with an exponent");
  return *percent;
}

bool applies_to_product(const Json& coupon, const Json& product) {
  const Json& products = at_path(coupon, {"_applies_to", "products"});
  if (!products.is_array() || products.empty()) return true;
  return std::ranges::find(products, product) != products.end();
}

std::int64_t amount_off_in(const Json& coupon, const std::string& currency) {
  if (!has(coupon, "amount_off")) return 0;
  if (text(coupon, "currency") == currency) return integer(coupon, "amount_off");
  const Json& option = at_path(coupon, {"_currency_options", currency, "amount_off"});
  return option.is_null() ? 0 : option.get<std::int64_t>();
}

Redemption require_redeemable(store::Transaction& tx, const Json& entry, const RedeemedBy& by,
                              const std::string& param) {
  Redemption redemption;
  if (const auto code = maybe_text(entry, "promotion_code")) {
    const std::string name = param + "[promotion_code]";
    redemption.promotion_code = find_code(tx, *code);
    if (!redemption.promotion_code) throw api::no_such("promotion code", *code, name);
    const Json& found = *redemption.promotion_code;
    if (!boolean(found, "active")) refuse("This promotion code is not active.", name);
    const auto owner = maybe_text(found, "customer");
    if (owner && *owner != by.customer) {
      refuse("This promotion code cannot be redeemed by this customer.", name);
    }
    check_restrictions(tx, found, by, name);
    redemption.coupon = tx.find("coupon", text(found.at("promotion"), "coupon"));
    if (!redemption.coupon) throw api::no_such("promotion code", *code, name);
    check_coupon(*redemption.coupon, by, name);
    return redemption;
  }
  const std::string name = param + "[coupon]";
  const std::string coupon = maybe_text(entry, "coupon").value_or("");
  if (coupon.empty()) throw api::missing_parameter(name);
  redemption.coupon = api::require_param(tx, "coupon", coupon, name);
  check_coupon(*redemption.coupon, by, name);
  return redemption;
}

void count_redemption(store::Transaction& tx, const Redemption& redemption) {
  const auto count = [](Json& edited, const char* ends, const Json& ended) {
    const std::int64_t redeemed = integer(edited, "times_redeemed") + 1;
    edited["times_redeemed"] = redeemed;
    const auto most = maybe_integer(edited, "max_redemptions");
    if (most && redeemed >= *most) edited[ends] = ended;
  };
  tx.update(redemption.coupon, [&](Json& edited) { count(edited, "valid", false); });
  if (!redemption.promotion_code) return;
  tx.update(redemption.promotion_code, [&](Json& edited) { count(edited, "active", false); });
}

void expire_coupon(store::Transaction& tx, const store::Document& coupon) {
  tx.emit("coupon.updated", tx.update(coupon, [](Json& edited) { edited["valid"] = false; }));
}

void expire_promotion_code(store::Transaction& tx, const store::Document& code) {
  tx.emit("promotion_code.updated",
          tx.update(code, [](Json& edited) { edited["active"] = false; }));
}

}  // namespace okapi::engine
