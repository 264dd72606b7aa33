#include "engine/change_items.h"

#include <algorithm>
#include <optional>

#include "api/error.h"
#include "base/check.h"
#include "engine/invoice_items.h"
#include "engine/items.h"
#include "engine/param_name.h"
#include "engine/prorations.h"
#include "engine/terms.h"
#include "engine/usage.h"

namespace okapi::engine {
namespace {

// One call's work on the tree of one subscription.
class Change {
 public:
  Change(store::Transaction& tx, const store::Document& subscription, const ItemChanges& changes)
      : tx_(tx), changes_(changes), at_(changes.at.value_or(tx.now())), tree_(*subscription) {}

  Json apply() {
    std::size_t index = 0;
    for (const Json& entry : changes_.entries) {
      const std::string prefix =
          changes_.list.empty() ? "" : changes_.list + "[" + std::to_string(index) + "]";
      apply_entry(entry, prefix);
      ++index;
    }
    if (items().empty()) {
      // Guess: the text is unknown; the remedy is not.
      throw api::invalid_request(
          "A subscription must have at least one item. To end the subscription, cancel it "
          "instead.",
          changes_.list);
    }
    check_items(tree_);
    complete_items(tree_);
    return std::move(tree_);
  }

 private:
  Json& items() { return tree_.at("items").at("data"); }

  void apply_entry(const Json& entry, const std::string& prefix) {
    const std::optional<std::string> id = maybe_text(entry, "id");
    if (!id) {
      add(entry, prefix);
      return;
    }
    if (maybe_boolean(entry, "clear_usage") && is_flexible(tree_)) {
      throw api::invalid_request(
          "With `billing_mode.type=flexible` set on a subscription, the following parameters are "
          "not supported: clear_usage.");
    }
    for (std::size_t i = 0; i < items().size(); ++i) {
      if (text(items()[i], "id") != *id) continue;
      if (maybe_boolean(entry, "deleted")) {
        remove(i);
      } else {
        edit(items()[i], entry, prefix);
      }
      return;
    }
    throw api::invalid_request("Invalid subscription_item id: " + *id, under(prefix, "id"));
  }

  [[nodiscard]] bool prorates() const {
    // Stripe: during a trial nothing costs anything, so nothing is given back.
    return changes_.licences && changes_.proration_behavior != "none" &&
           text(tree_, "status") != "trialing";
  }
  void credit(const Json& item) {
    if (prorates() && !is_metered_item(item)) credit_unused_time(tx_, tree_, item, at_);
  }
  [[nodiscard]] bool has_ended(const Json& item) const {
    return changes_.renews && integer(item, "current_period_end") <= tx_.now();
  }
  // Leaves the period that begins now to the renewal.
  void wait_for_renewal(Json& item) const {
    if (!changes_.renews) return;
    const billing::Period natural =
        billing::period_at(integer(tree_, "billing_cycle_anchor"),
                           read_recurrence(item.at("price").at("recurring")), tx_.now());
    if (natural.start == tx_.now()) item["current_period_end"] = tx_.now();
  }
  void charge(const Json& item) {
    if (prorates() && !is_metered_item(item)) charge_remaining_time(tx_, tree_, item, at_);
  }

  void add(const Json& entry, const std::string& prefix) {
    const store::Document price = item_price(tx_, entry, prefix, text(tree_, "currency"));
    Json item = make_item(tx_, tree_, price, entry, prefix);
    set_item_terms(tx_, tree_, item, entry, prefix);
    set_first_period(tree_, item, tx_.now());
    wait_for_renewal(item);
    items().push_back(item);
    charge(item);
  }

  void remove(std::size_t index) {
    const Json item = items()[index];
    if (is_metered_item(item) && !has_ended(item)) set_aside(item);
    credit(item);
    items().erase(index);
  }

  // Stripe: flexible billing keeps what was used at the old price, classic billing loses it (docs,
  // billing-mode/compare).
  void set_aside(const Json& item) {
    if (!is_flexible(tree_) || changes_.proration_behavior == "none") return;
    (void)set_aside_usage(tx_, {.subscription = tree_, .item = item, .until = tx_.now()});
  }

  // Stripe: a price that is named again is no change (docs, prorations: what triggers one).
  static bool changes_price(const Json& item, const Json& entry) {
    if (has(entry, "price_data")) return true;
    const auto named = has(entry, "price") ? maybe_text(entry, "price") : maybe_text(entry, "plan");
    return named && *named != text(item.at("price"), "id");
  }

  void edit(Json& item, const Json& entry, const std::string& prefix) {
    if (changes_price(item, entry)) {
      swap_price(item, entry, prefix);
    } else if (has(entry, "quantity")) {
      const bool metered = is_metered_item(item);
      const std::int64_t quantity = item_quantity(entry, prefix, metered, 1);
      if (!metered && quantity != integer(item, "quantity")) {
        credit(item);
        item["quantity"] = quantity;
        charge(item);
      }
    }
    api::merge_metadata(item, entry);
    set_item_terms(tx_, tree_, item, entry, prefix);
    if (entry.contains("billing_thresholds")) {
      Json probe = make_item(tx_, tree_, tx_.find("price", text(item.at("price"), "id")),
                             {{"billing_thresholds", entry.at("billing_thresholds")}}, prefix);
      item["billing_thresholds"] = probe.at("billing_thresholds");
    }
  }

  void swap_price(Json& item, const Json& entry, const std::string& prefix) {
    const store::Document price = item_price(tx_, entry, prefix, text(tree_, "currency"));
    if (price.id() == text(item.at("price"), "id") && !has(entry, "quantity")) return;
    Json fresh = make_item(tx_, tree_, price, entry, prefix);
    const bool was_metered = is_metered_item(item) && !has_ended(item);
    if (was_metered) {
      set_aside(item);
      leave_out_usage(item);
    }
    credit(item);
    for (const char* field : {"plan", "price"}) item[field] = fresh.at(field);
    // Stripe: a new price without quantity sets 1 (docs, change-price).
    item.erase("quantity");
    if (fresh.contains("quantity")) item["quantity"] = fresh.at("quantity");
    const Seconds start = integer(item, "current_period_start");
    set_first_period(tree_, item, tx_.now());
    wait_for_renewal(item);
    if (was_metered) {
      item["current_period_start"] = start;
    } else if (!is_metered_item(item) && !has_ended(item)) {
      show_whole_period(item);
    }
    charge(item);
  }

  // Stripe: a licensed item shows the whole period of its new interval (recorded: a month that
  // became a year ends a year after its start).
  void show_whole_period(Json& item) const {
    const billing::Period natural =
        billing::period_at(integer(tree_, "billing_cycle_anchor"),
                           read_recurrence(item.at("price").at("recurring")), tx_.now());
    item["current_period_start"] = std::max(natural.start, integer(tree_, "start_date"));
  }

  // What was used so far is not billed at the new price.
  void leave_out_usage(const Json& item) {
    const PriceTerms terms =
        price_terms(tx_, text(item.at("price"), "id"), text(tree_, "currency"));
    const billing::Period period = {.start = integer(item, "current_period_start"),
                                    .end = tx_.now() + 1};
    const OwedUsage owed =
        owed_usage(tx_, text(tree_, "customer"), text(item, "id"), terms, period);
    record_billed_usage(tx_, text(item, "id"), period.start,
                        {.amount = 0, .quantity = Decimal(), .left_out = owed.aggregate});
  }

  store::Transaction& tx_;
  const ItemChanges& changes_;
  Seconds at_ = 0;  // of the prorations
  Json tree_;
};

}  // namespace

store::Document change_items(store::Transaction& tx, const store::Document& subscription,
                             const ItemChanges& changes) {
  Json tree = Change(tx, subscription, changes).apply();
  return tx.update(subscription, [&](Json& edited) { edited = std::move(tree); });
}

}  // namespace okapi::engine
