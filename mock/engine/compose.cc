#include "engine/compose.h"

#include <algorithm>
#include <limits>

#include "engine/backdating.h"
#include "engine/lines.h"
#include "engine/trials.h"

namespace okapi::engine {
namespace {

const Json& items_of(const Json& subscription) { return subscription.at("items").at("data"); }

billing::Period item_period(const Json& item) {
  return {.start = integer(item, "current_period_start"),
          .end = integer(item, "current_period_end")};
}

bool is_metered(const Json& item) {
  return text(item.at("price").at("recurring"), "usage_type") == "metered";
}

// The whole interval around `at`, counted from the anchor.
billing::Period whole_period(const Json& subscription, const Json& item, Seconds at) {
  const Json& recurring = item.at("price").at("recurring");
  return billing::period_at(integer(subscription, "billing_cycle_anchor"),
                            read_recurrence(recurring), at);
}

// Stripe: the renewal whose period holds cancel_at ends there, and what lies between a trial and a
// later anchor is a part of a period.
billing::Period next_period(const Json& subscription, const Json& item, Seconds at) {
  billing::Period next = whole_period(subscription, item, at);
  next.start = std::max(next.start, item_period(item).end);
  const auto cancel_at = maybe_integer(subscription, "cancel_at");
  if (cancel_at && *cancel_at > next.start) next.end = std::min(next.end, *cancel_at);
  return next;
}

Decimal item_quantity(const Json& item) { return Decimal::from_integer(integer(item, "quantity")); }

bool is_free_until_anchor(const Json& subscription) {
  return maybe_boolean(subscription, "_free_start");
}

NewBill new_bill(const store::Transaction& tx, const Json& subscription, std::string reason,
                 billing::Period period, bool preview) {
  return {.customer = tx.find("customer", text(subscription, "customer")),
          .subscription = &subscription,
          .currency = text(subscription, "currency"),
          .billing_reason = std::move(reason),
          .period = period,
          .days_until_due = maybe_integer(subscription, "days_until_due"),
          .preview = preview};
}

// Stripe: newest first, but of one change the credit before the charge.
std::vector<store::Document> in_line_order(std::vector<store::Document> newest_first) {
  const auto same_change = [](const store::Document& a, const store::Document& b) {
    return boolean(*a, "proration") && boolean(*b, "proration") && a->at("date") == b->at("date");
  };
  for (auto begin = newest_first.begin(); begin != newest_first.end();) {
    const auto end = std::find_if_not(begin, newest_first.end(), [&](const store::Document& item) {
      return item == *begin || same_change(*begin, item);
    });
    std::reverse(begin, end);
    begin = end;
  }
  return newest_first;
}

void add_pending_items(store::Transaction& tx, Bill& bill, const Json& subscription,
                       bool only_its_own = false) {
  for (const store::Document& item :
       in_line_order(pending_items_of(tx, {.customer = text(subscription, "customer"),
                                          .currency = text(subscription, "currency"),
                                          .subscription = text(subscription, "id"),
                                          .of_subscription_only = only_its_own}))) {
    add_invoice_item_line(tx, bill, *item);
  }
}

void add_first_trial_line(store::Transaction& tx, Bill& bill, const Json& subscription,
                          const Json& item) {
  const bool flexible = is_flexible(subscription);
  if (is_metered(item) && flexible) return;
  add_trial_line(tx, bill, item_source(subscription, item, item_period(item)),
                 {.quantity = is_metered(item) ? Decimal() : item_quantity(item),
                  .flexible = flexible,
                  .metered = is_metered(item)});
}

void add_first_usage_lines(store::Transaction& tx, Bill& bill, const Json& subscription,
                           const Json& item) {
  if (is_flexible(subscription)) return add_backdated_lines(tx, bill, subscription, item);
  // Guess: the 0 line of classic billing covers no time, since nothing was used yet.
  add_empty_metered_lines(tx, bill,
                          item_source(subscription, item, {.start = tx.now(), .end = tx.now()}));
}

void add_first_licence_lines(store::Transaction& tx, Bill& bill, const Json& subscription,
                             const Json& item) {
  const bool free_start = is_free_until_anchor(subscription);
  const Decimal quantity = free_start ? Decimal() : item_quantity(item);
  if (begins_in_the_past(subscription, item)) {
    return add_first_period_line(tx, bill, subscription, item, quantity);
  }
  add_backdated_lines(tx, bill, subscription, item);
  if (free_start && is_flexible(subscription)) return;
  add_partial_lines(tx, bill, item_source(subscription, item, item_period(item)), quantity,
                    whole_period(subscription, item, tx.now()));
}

// The usage of a period that ended, or the licence of the one that begins.
void add_renewal_lines(store::Transaction& tx, Bill& bill, const Json& subscription,
                       const Json& item, const RenewalOptions& options) {
  const billing::Period ended = item_period(item);
  if (ended.end > options.at) return;
  if (is_metered(item)) {
    // Stripe: usage inside a trial is not charged.
    if (is_trialing(subscription)) {
      add_trial_line(
          tx, bill, item_source(subscription, item, ended),
          {.quantity = Decimal(), .flexible = is_flexible(subscription), .metered = true});
    } else {
      add_metered_lines(tx, bill, item_source(subscription, item, ended));
    }
  } else if (!options.ends) {
    const billing::Period next = next_period(subscription, item, options.at);
    // Guess: with a line of 0 after a trial, since that has a line too.
    const bool free = is_trialing(subscription) && is_free_until_anchor(subscription);
    add_partial_lines(tx, bill, item_source(subscription, item, next),
                      free ? Decimal() : item_quantity(item),
                      whole_period(subscription, item, options.at));
  }
}

}  // namespace

billing::Period period_of(const Json& subscription) {
  billing::Period period = {.start = std::numeric_limits<Seconds>::min(),
                            .end = std::numeric_limits<Seconds>::max()};
  for (const Json& item : items_of(subscription)) {
    const billing::Period one = item_period(item);
    period.start = std::max(period.start, one.start);
    period.end = std::min(period.end, one.end);
  }
  return period;
}

Bill compose_first(store::Transaction& tx, const Json& subscription, bool preview) {
  // Stripe: period_start and period_end of a first invoice are both its creation; the line's period
  // is the one that is paid for.
  Bill bill = make_bill(tx, new_bill(tx, subscription, "subscription_create",
                                     {.start = tx.now(), .end = tx.now()}, preview));
  add_pending_items(tx, bill, subscription);
  for (const Json& item : items_of(subscription)) {
    if (is_trialing(subscription)) {
      add_first_trial_line(tx, bill, subscription, item);
    } else if (is_metered(item)) {
      add_first_usage_lines(tx, bill, subscription, item);
    } else {
      add_first_licence_lines(tx, bill, subscription, item);
    }
  }
  check_line_count(bill);
  return bill;
}

Bill compose_renewal(store::Transaction& tx, const Json& subscription,
                     const RenewalOptions& options) {
  billing::Period period = {.start = options.at, .end = options.at};
  for (const Json& item : items_of(options.ended != nullptr ? *options.ended : subscription)) {
    if (item_period(item).end > options.at) continue;
    period.start = std::min(period.start, item_period(item).start);
  }
  Bill bill =
      make_bill(tx, new_bill(tx, subscription, "subscription_cycle", period, options.preview));
  if (options.pending) add_pending_items(tx, bill, subscription);
  if (options.ended != nullptr) {
    for (const Json& item : items_of(*options.ended)) {
      if (is_metered(item)) add_renewal_lines(tx, bill, *options.ended, item, options);
    }
  }
  for (const Json& item : items_of(subscription)) {
    if (options.ended == nullptr || !is_metered(item)) {
      add_renewal_lines(tx, bill, subscription, item, options);
    }
  }
  return bill;
}

Bill compose_update(store::Transaction& tx, const Json& subscription,
                    const UpdateOptions& options) {
  const Seconds now = tx.now();
  // Stripe: the period of an update is what was paid before; that of a new anchor is a moment.
  const Seconds start = options.new_period ? now : period_of(subscription).start;
  Bill bill = make_bill(tx, new_bill(tx, subscription, options.billing_reason,
                                     {.start = start, .end = now}, options.preview));
  add_pending_items(tx, bill, subscription);
  if (!options.new_period) return bill;
  for (const Json& item : items_of(subscription)) {
    const Seconds begun = integer(item, "current_period_start");
    if (!is_metered(item)) {
      add_licensed_lines(tx, bill, item_source(subscription, item, item_period(item)),
                         item_quantity(item));
    } else if (begun < now) {
      add_metered_lines(tx, bill, item_source(subscription, item, {.start = begun, .end = now}));
    }
  }
  return bill;
}

Bill compose_pending(store::Transaction& tx, const Json& subscription) {
  Bill bill = make_bill(tx, new_bill(tx, subscription, "automatic_pending_invoice_item_invoice",
                                     {.start = tx.now(), .end = tx.now()}, false));
  add_pending_items(tx, bill, subscription, true);
  return bill;
}

Bill compose_last(store::Transaction& tx, const Json& subscription, bool preview) {
  const Seconds now = tx.now();
  Bill bill =
      make_bill(tx, new_bill(tx, subscription, "subscription_cycle",
                             {.start = period_of(subscription).start, .end = now}, preview));
  add_pending_items(tx, bill, subscription);
  for (const Json& item : items_of(subscription)) {
    if (!is_metered(item)) continue;
    ItemSource source = item_source(subscription, item,
                                    {.start = integer(item, "current_period_start"), .end = now});
    // Guess: no later period will take what was reported in this very second, so it is billed here.
    source.usage_until = now + 1;
    add_metered_lines(tx, bill, source);
  }
  return bill;
}

std::vector<store::Document> pending_items_of(const store::Transaction& tx,
                                              const PendingQuery& query) {
  std::vector<store::Document> items;
  tx.scan_down_where(
      "invoiceitem", "customer unless invoice", query.customer, 0,
      [&](const store::Document& item) {
        if (text(*item, "currency") != query.currency) return true;
        const Json& owner = at_path(*item, {"parent", "subscription_details", "subscription"});
        const bool belongs = query.subscription.empty() || owner == query.subscription ||
                             (owner.is_null() && !query.of_subscription_only);
        if (belongs) items.push_back(item);
        return true;
      });
  return items;
}

void claim_invoice_items(store::Transaction& tx, const Json& invoice) {
  for (const Json& line : invoice.at("lines").at("data")) {
    const std::string id = invoice_item_of(line);
    if (id.empty()) continue;
    const store::Document item = tx.find("invoiceitem", id);
    tx.update(item, [&](Json& edited) { edited["invoice"] = invoice.at("id"); });
  }
}

void move_periods(Json& subscription, Seconds at) {
  for (Json& item : subscription.at("items").at("data")) {
    if (integer(item, "current_period_end") > at) continue;
    const billing::Period next = next_period(subscription, item, at);
    item["current_period_start"] = next.start;
    item["current_period_end"] = next.end;
  }
}

}  // namespace okapi::engine
