#include "engine/discounts.h"

#include <algorithm>

#include "api/error.h"
#include "api/operation.h"
#include "base/check.h"
#include "billing/discount.h"
#include "engine/coupons.h"

namespace okapi::engine {
namespace {

constexpr std::size_t most_discounts = 20;

Json or_null(const std::string& id) { return id.empty() ? Json() : Json(id); }

Json end_of(const Json& coupon, Seconds start) {
  if (text(coupon, "duration") != "repeating") return nullptr;
  return add_months(start, static_cast<int>(integer(coupon, "duration_in_months")));
}

store::Document redeem(store::Transaction& tx, const DiscountOwner& owner, const Json& entry,
                       const std::string& param) {
  const Redemption redemption = require_redeemable(
      tx, entry, {.customer = owner.customer, .currency = owner.currency}, param);
  if (owner.counts) count_redemption(tx, redemption);
  Json discount = api::default_object(tx, "discount");
  discount["checkout_session"] = nullptr;
  discount["customer"] = or_null(owner.customer);
  discount["end"] = end_of(*redemption.coupon, tx.now());
  discount["invoice"] = or_null(owner.invoice);
  discount["invoice_item"] = or_null(owner.invoice_item);
  discount["promotion_code"] =
      redemption.promotion_code ? Json(redemption.promotion_code.id()) : Json();
  discount["source"] = {{"coupon", redemption.coupon.id()}, {"type", "coupon"}};
  discount["start"] = tx.now();
  discount["subscription"] = or_null(owner.subscription);
  discount["subscription_item"] = or_null(owner.subscription_item);
  // Deleting or changing the coupon leaves what was redeemed.
  discount["_coupon"] = *redemption.coupon;
  store::Document stored = tx.insert(std::move(discount));
  if (owner.announces) tx.emit("customer.discount.created", stored);
  return stored;
}

const Json& coupon_of(const Json& discount) { return discount.at("_coupon"); }

// One discount while it is applied to a bill.
struct Applied {
  std::string id;
  std::optional<Decimal> percent;
  std::int64_t amount_off = 0;
  Json coupon;  // null: deleted since
};

Applied read_discount(const store::Transaction& tx, const std::string& id,
                      const std::string& currency) {
  Applied applied{.id = id, .percent = {}, .coupon = {}};
  const store::Document discount = tx.find("discount", id);
  if (!discount) return applied;  // deleted since: it takes nothing off
  const Json& coupon = coupon_of(*discount);
  if (has(coupon, "percent_off")) {
    applied.percent = read_percent(coupon.at("percent_off"));
  } else {
    applied.amount_off = amount_off_in(coupon, currency);
  }
  applied.coupon = coupon;
  return applied;
}

struct LineState {
  std::size_t index = 0;
  std::int64_t left = 0;
};

void take_off(Bill& bill, LineState& line, const Applied& discount, std::int64_t amount,
              const char* level) {
  line.left -= amount;
  const Json row = {{"amount", amount}, {"discount", discount.id}};
  bill.lines()[line.index]["discount_amounts"].push_back(row);
  Json working = row;
  working["level"] = level;
  if (discount.percent) working["percent_off"] = discount.percent->text();
  bill.workings()[line.index]["discounts"].push_back(std::move(working));
}

bool applies_to(const Applied& discount, const Json& line) {
  return applies_to_product(discount.coupon,
                            at_path(line, {"pricing", "price_details", "product"}));
}

// A percent of each line; an amount shared over all of them.
void apply_over(Bill& bill, std::vector<LineState*> lines, const Applied& discount,
                const char* level) {
  std::erase_if(lines, [&](const LineState* line) {
    return !applies_to(discount, bill.lines()[line->index]);
  });
  std::vector<std::int64_t> left;
  left.reserve(lines.size());
  for (const LineState* line : lines) left.push_back(line->left);
  std::vector<std::int64_t> shares;
  if (discount.percent) {
    for (const std::int64_t amount : left) {
      shares.push_back(billing::percent_of(amount, *discount.percent));
    }
  } else {
    shares = billing::shares_of(discount.amount_off, left);
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    take_off(bill, *lines[i], discount, shares[i], level);
  }
}

Json itemized_working(const Json& line) {
  Json rows = line.at("discount_amounts");
  for (Json& row : rows) row["level"] = "proration";
  return rows;
}

// Stripe: the invoice's own come first in the list (recorded).
Json total_discounts(const Bill& bill) {
  Json totals = Json::array();
  const auto add = [&](const std::string& id, std::int64_t amount) {
    for (Json& row : totals) {
      if (text(row, "discount") != id) continue;
      row["amount"] = integer(row, "amount") + amount;
      return;
    }
    totals.push_back({{"amount", amount}, {"discount", id}});
  };
  for (const Json& id : bill.invoice.at("discounts")) add(id.get<std::string>(), 0);
  for (const Json& line : bill.lines()) {
    for (const Json& row : line.at("discount_amounts")) {
      add(text(row, "discount"), integer(row, "amount"));
    }
  }
  return totals;
}

void drop_discount(store::Transaction& tx, const store::Document& holder, const std::string& id) {
  tx.update(holder, [&](Json& edited) {
    const auto without = [&](Json& ids) {
      for (auto each = ids.begin(); each != ids.end();) {
        each = *each == id ? ids.erase(each) : std::next(each);
      }
    };
    without(edited["discounts"]);
    for (Json& item : edited.at("items").at("data")) without(item["discounts"]);
  });
}

void drop_customer_discount(store::Transaction& tx, const Json& discount) {
  const auto id = maybe_text(discount, "customer");
  const store::Document customer = id ? tx.find("customer", *id) : store::Document();
  if (!customer || at_path(*customer, {"discount", "id"}) != discount.at("id")) return;
  tx.update(customer, [](Json& edited) { edited["discount"] = nullptr; });
}

}  // namespace

Json set_discounts(store::Transaction& tx, const DiscountOwner& owner, const Json& asked,
                   const Json& before, const std::string& param) {
  // Stripe: who is switched from one coupon to another is told so, in one event (types).
  const auto is_one = [](const Json& list) { return list.is_array() && list.size() == 1; };
  const bool switches =
      owner.announces && is_one(before) && is_one(asked) && !has(asked.front(), "discount");
  DiscountOwner redeemer = owner;
  redeemer.announces = owner.announces && !switches;
  Json ids = Json::array();
  if (asked.is_array()) {
    if (asked.size() > most_discounts) throw api::too_many_items(param, most_discounts);
    for (const Json& entry : asked) {
      const std::string name = param + "[" + std::to_string(ids.size()) + "]";
      if (const auto kept = maybe_text(entry, "discount")) {
        if (!tx.find("discount", *kept)) throw api::no_such("discount", *kept, name);
        ids.push_back(*kept);
      } else {
        ids.push_back(redeem(tx, redeemer, entry, name).id());
      }
    }
  }
  if (switches) {
    const std::string id = ids.front().get<std::string>();
    tx.emit("customer.discount.updated", tx.find("discount", id));
    return ids;
  }
  if (!before.is_array()) return ids;
  for (const Json& old : before) {
    if (std::ranges::find(ids, old) != ids.end()) continue;
    const store::Document discount = tx.find("discount", old.get<std::string>());
    if (discount && owner.announces) tx.emit("customer.discount.deleted", discount);
  }
  return ids;
}

Json as_discount_params(const store::Transaction& tx, const Json& ids) {
  Json params = Json::array();
  for (const Json& id : ids) {
    const store::Document discount = tx.find("discount", id.get<std::string>());
    if (!discount) continue;
    if (has(*discount, "promotion_code")) {
      params.push_back({{"promotion_code", discount->at("promotion_code")}});
    } else {
      params.push_back({{"coupon", discount->at("source").at("coupon")}});
    }
  }
  return params;
}

Json delete_discount(store::Transaction& tx, const store::Document& discount) {
  tx.emit("customer.discount.deleted", discount);
  Json stub = *discount;
  stub.erase("end");
  stub.erase("_coupon");
  stub["deleted"] = true;
  return stub;
}

Json active_discounts(const store::Transaction& tx, const Json& ids, Seconds now) {
  Json active = Json::array();
  if (!ids.is_array()) return active;
  for (const Json& id : ids) {
    const store::Document discount = tx.find("discount", id.get<std::string>());
    if (!discount) continue;
    const auto end = maybe_integer(*discount, "end");
    // Stripe: invoices whose date lies before the end.
    if (!end || now < *end) active.push_back(id);
  }
  return active;
}

Json discounts_of_bill(const store::Transaction& tx, const Json& customer, const Json* subscription,
                       Seconds now) {
  if (subscription != nullptr) {
    Json own = active_discounts(tx, subscription->value("discounts", Json()), now);
    if (!own.empty()) return own;
  }
  const Json& id = at_path(customer, {"discount", "id"});
  if (!id.is_string()) return Json::array();
  return active_discounts(tx, Json::array({id}), now);
}

void apply_discounts(const store::Transaction& tx, Bill& bill) {
  const std::string currency = text(bill.invoice, "currency");
  std::vector<LineState> states;
  for (std::size_t i = 0; i < bill.lines().size(); ++i) {
    Json& line = bill.lines()[i];
    states.push_back({.index = i, .left = integer(line, "amount")});
    // Stripe: prorations and negative lines take none. What a proration itemizes stays as it is.
    if (!boolean(line, "discountable")) {
      bill.workings()[i]["discounts"] = itemized_working(line);
      continue;
    }
    line["discount_amounts"] = Json::array();
    bill.workings()[i]["discounts"] = Json::array();
    if (states.back().left <= 0) continue;
    for (const Json& id :
         active_discounts(tx, line.at("discounts"), integer(bill.invoice, "created"))) {
      apply_over(bill, {&states.back()}, read_discount(tx, id.get<std::string>(), currency),
                 "item");
    }
  }
  for (const Json& id : bill.invoice.at("discounts")) {
    std::vector<LineState*> open;
    for (LineState& state : states) {
      const Json& line = bill.lines()[state.index];
      if (boolean(line, "discountable") && integer(line, "amount") > 0) open.push_back(&state);
    }
    apply_over(bill, open, read_discount(tx, id.get<std::string>(), currency), "invoice");
  }
  bill.invoice["total_discount_amounts"] = total_discounts(bill);
}

void use_up_discounts(store::Transaction& tx, const Json& invoice) {
  const Json& owner = at_path(invoice, {"parent", "subscription_details", "subscription"});
  if (!owner.is_string()) return;
  for (const Json& row : invoice.at("total_discount_amounts")) {
    // Stripe: `once` is one invoice with a positive effect.
    if (integer(row, "amount") <= 0) continue;
    const store::Document discount = tx.find("discount", text(row, "discount"));
    if (!discount || text(coupon_of(*discount), "duration") != "once") continue;
    const store::Document subscription = tx.find("subscription", owner.get<std::string>());
    if (subscription) drop_discount(tx, subscription, discount.id());
    drop_customer_discount(tx, *discount);
  }
}

}  // namespace okapi::engine
