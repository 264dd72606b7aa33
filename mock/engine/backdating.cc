#include "engine/backdating.h"

#include <algorithm>

#include "api/error.h"
#include "engine/items.h"
#include "engine/lines.h"
#include "engine/param_name.h"
#include "engine/trials.h"

namespace okapi::engine {
namespace {

constexpr std::size_t most_lines = 250;

billing::Recurrence recurrence_of(const Json& item) {
  return read_recurrence(item.at("price").at("recurring"));
}

Seconds start_of(const Json& subscription) { return integer(subscription, "start_date"); }

Decimal quantity_of(const Json& item) { return Decimal::from_integer(integer(item, "quantity")); }

// The natural periods between the start and the item's current period, the first of them cut short.
std::vector<billing::Period> natural_periods(const Json& subscription, const Json& item) {
  const Seconds anchor = integer(subscription, "billing_cycle_anchor");
  const Seconds end = integer(item, "current_period_start");
  std::vector<billing::Period> periods;
  for (Seconds at = start_of(subscription); at < end && periods.size() <= most_lines;) {
    const Seconds next = std::min(end, billing::period_at(anchor, recurrence_of(item), at).end);
    periods.push_back({.start = at, .end = next});
    at = next;
  }
  return periods;
}

// Stripe: a part is measured by an imagined interval that begins where the part does (docs,
// backdating: February 15 to March 1 is 14 of 28 days).
billing::Period imagined(const Json& item, Seconds start) {
  return {.start = start, .end = billing::boundary(start, recurrence_of(item), 1)};
}

// Guess: one line in classic billing is the whole intervals from the start and a part of the last.
void add_one_line(store::Transaction& tx, Bill& bill, const ItemSource& source,
                  billing::Recurrence recurrence, Decimal quantity) {
  const billing::Period past = source.period;
  int whole = 0;
  while (billing::boundary(past.start, recurrence, whole + 1) <= past.end) ++whole;
  add_intervals_line(tx, bill, source,
                     {.quantity = quantity,
                      .whole_intervals = whole,
                      .last = {.start = billing::boundary(past.start, recurrence, whole),
                               .end = billing::boundary(past.start, recurrence, whole + 1)}});
}

}  // namespace

void set_start(Json& subscription, const Json& params, Seconds now, const std::string& prefix) {
  subscription["start_date"] = now;
  const auto start = maybe_integer(params, "backdate_start_date");
  if (!start || *start == now) return;
  if (*start > now) {
    throw api::invalid_request("`backdate_start_date` must be in the past.",
                               under(prefix, "backdate_start_date"));
  }
  subscription["start_date"] = *start;
  // Stripe: the time that has passed is free then.
  if (maybe_text(params, "proration_behavior") == "none") subscription["_free_past"] = true;
}

bool is_backdated(const Json& subscription) {
  return start_of(subscription) < integer(subscription, "created");
}

void settle_backdated_periods(Json& subscription, Seconds now) {
  if (!is_backdated(subscription) || is_trialing(subscription)) return;
  const Seconds anchor = integer(subscription, "billing_cycle_anchor");
  for (Json& item : subscription.at("items").at("data")) {
    const Seconds natural = billing::period_at(anchor, recurrence_of(item), now).start;
    Seconds begun = std::max(natural, start_of(subscription));
    // Stripe: classic billing has one first period that begins at the start; of usage it bills all
    // of it at its end, of licences only where the anchor lies ahead.
    const bool classic = !is_flexible(subscription);
    if (classic && (anchor != now || is_metered_item(item))) begun = start_of(subscription);
    item["current_period_start"] = begun;
  }
}

void add_backdated_lines(store::Transaction& tx, Bill& bill, const Json& subscription,
                         const Json& item) {
  if (!is_backdated(subscription) || maybe_boolean(subscription, "_free_past")) return;
  if (!is_flexible(subscription)) {
    if (is_metered_item(item)) return;
    const billing::Period past = {.start = start_of(subscription),
                                  .end = integer(item, "current_period_start")};
    add_one_line(tx, bill, item_source(subscription, item, past), recurrence_of(item),
                 quantity_of(item));
    return;
  }
  for (const billing::Period& period : natural_periods(subscription, item)) {
    const ItemSource source = item_source(subscription, item, period);
    if (is_metered_item(item)) {
      add_metered_lines(tx, bill, source);
      continue;
    }
    const billing::Period natural = billing::period_at(
        integer(subscription, "billing_cycle_anchor"), recurrence_of(item), period.start);
    add_partial_lines(tx, bill, source, quantity_of(item),
                      natural.start == period.start ? natural : imagined(item, period.start));
  }
}

bool begins_in_the_past(const Json& subscription, const Json& item) {
  return is_backdated(subscription) && !is_flexible(subscription) &&
         integer(item, "current_period_start") == start_of(subscription);
}

void add_first_period_line(store::Transaction& tx, Bill& bill, const Json& subscription,
                           const Json& item, Decimal quantity) {
  const billing::Period first = {.start = integer(item, "current_period_start"),
                                 .end = integer(item, "current_period_end")};
  add_one_line(tx, bill, item_source(subscription, item, first), recurrence_of(item), quantity);
}

void check_line_count(const Bill& bill) {
  if (bill.lines().size() <= most_lines) return;
  // Stripe: backdating is not supported beyond 250 lines (docs); the sentence is a guess.
  throw api::invalid_request(
      "The invoice for the backdated time would have more than 250 line items.",
      "backdate_start_date");
}

}  // namespace okapi::engine
