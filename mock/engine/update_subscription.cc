#include "engine/update_subscription.h"

#include <algorithm>

#include "api/error.h"
#include "billing/period.h"
#include "engine/added_items.h"
#include "engine/bill_now.h"
#include "engine/change_items.h"
#include "engine/compose.h"
#include "engine/cycle.h"
#include "engine/end_time.h"
#include "engine/items.h"
#include "engine/param_name.h"
#include "engine/pending_update.h"
#include "engine/prorations.h"
#include "engine/terms.h"
#include "engine/trials.h"

namespace okapi::engine {
namespace {

std::string proration_behavior(const Json& params) {
  return maybe_text(params, "proration_behavior").value_or("create_prorations");
}

// Stripe: the date lies in the current period (docs, prorations).
std::optional<Seconds> proration_date(const Json& params, const Json& subscription,
                                      const ParamNames& names) {
  const auto date = maybe_integer(params, "proration_date");
  if (!date) return std::nullopt;
  const billing::Period period = period_of(subscription);
  if (*date < period.start || *date > period.end) {
    throw api::invalid_request(
        "Cannot specify proration date outside of current subscription period",
        under(names.prefix, "proration_date"));
  }
  return date;
}

// Both spellings are accepted in every version: a word, and {type}.
bool asks_for_new_anchor(const Json& params) {
  if (!has(params, "billing_cycle_anchor")) return false;
  const Json& anchor = params.at("billing_cycle_anchor");
  return (anchor.is_object() ? anchor.at("type") : anchor) == "now";
}

billing::Recurrence first_recurrence(const Json& subscription) {
  return read_recurrence(subscription.at("items").at("data").at(0).at("price").at("recurring"));
}

// Guess: a paused subscription is billed for nothing until it resumes, so that changes cost
// nothing.
bool rests(const Json& subscription) { return text(subscription, "status") == "paused"; }

Json as_free(Json params) {
  params["proration_behavior"] = "none";
  params.erase("billing_cycle_anchor");
  return params;
}

bool is_free(const store::Transaction& tx, const Json& subscription) {
  return std::ranges::all_of(subscription.at("items").at("data"), [&](const Json& item) {
    if (is_metered_item(item)) return true;
    const PriceTerms terms =
        price_terms(tx, text(item.at("price"), "id"), text(subscription, "currency"));
    // Stripe: a quantity of none is not a price of zero (docs, billing cycle).
    const std::int64_t quantity = std::max<std::int64_t>(integer(item, "quantity"), 1);
    return billing::total_of(billing::rate(terms.rate, Decimal::from_integer(quantity))) == 0;
  });
}

// Stripe: in classic billing another interval, or a first price above zero, begins a new period.
bool resets_classic_anchor(store::Transaction& tx, const Json& before, const Json& after) {
  if (is_flexible(before)) return false;
  if (first_recurrence(before) != first_recurrence(after)) return true;
  return is_free(tx, before) && !is_free(tx, after);
}

ItemChanges item_changes(const Json& params, const Json& subscription, const ParamNames& names) {
  return {.entries = params.at("items"),
          .list = names.list,
          .proration_behavior = proration_behavior(params),
          .at = proration_date(params, subscription, names)};
}

void start_licensed_periods(Json& subscription, Seconds now) {
  subscription["billing_cycle_anchor"] = now;
  for (Json& item : subscription.at("items").at("data")) {
    item["current_period_end"] =
        billing::boundary(now, read_recurrence(item.at("price").at("recurring")), 1);
    if (!is_metered_item(item)) item["current_period_start"] = now;
  }
}

// The unused time of everything is given back; the bill of the new period charges it whole.
AppliedChanges restart(store::Transaction& tx, const store::Document& subscription,
                       const Json& params, const ParamNames& names) {
  const bool trial = text(*subscription, "status") == "trialing";
  if (proration_behavior(params) != "none" && !trial) {
    const auto date = proration_date(params, *subscription, names);
    credit_all_items(tx, *subscription, date.value_or(tx.now()));
  }
  store::Document changed = subscription;
  if (has(params, "items")) {
    ItemChanges changes = item_changes(params, *subscription, names);
    changes.licences = false;
    changed = change_items(tx, subscription, changes);
  }
  changed = tx.update(changed, [&](Json& edited) { start_licensed_periods(edited, tx.now()); });
  return {.subscription = changed, .bills = BillsAtOnce::new_period};
}

// Stripe: an anchor that is moved alone makes no invoice but a pending item for the time that the
// period becomes longer (recorded; the documentation says otherwise).
AppliedChanges move_anchor(store::Transaction& tx, const store::Document& subscription) {
  const Seconds now = tx.now();
  Json tree = *subscription;
  start_licensed_periods(tree, now);
  for (const Json& item : tree.at("items").at("data")) {
    if (is_metered_item(item)) continue;
    const Json& before = *find_item(*subscription, text(item, "id"));
    const billing::Period added = {.start = integer(before, "current_period_end"),
                                   .end = integer(item, "current_period_end")};
    if (added.start < added.end) charge_from_to(tx, tree, item, added);
  }
  return {.subscription = tx.update(subscription, [&](Json& edited) { edited = tree; })};
}

AppliedChanges change_running_items(store::Transaction& tx, const store::Document& subscription,
                                    const Json& params, const ParamNames& names) {
  const store::Transaction::Savepoint before = tx.savepoint();
  const ItemChanges changes = item_changes(params, *subscription, names);
  const store::Document changed = change_items(tx, subscription, changes);
  if (!rests(*subscription) && resets_classic_anchor(tx, *subscription, *changed)) {
    tx.roll_back(before);
    return restart(tx, tx.find("subscription", subscription.id()), params, names);
  }
  const bool at_once = changes.proration_behavior == "always_invoice";
  return {.subscription = changed, .bills = at_once ? BillsAtOnce::prorations : BillsAtOnce::no};
}

AppliedChanges apply_items(store::Transaction& tx, const store::Document& subscription,
                           const Json& params, const ParamNames& names) {
  const bool sets_items = has(params, "items");
  // Guess: a trial has no paid period that could begin anew; its end stays the anchor.
  if (asks_for_new_anchor(params) && !is_trialing(*subscription)) {
    const bool alone = !sets_items && is_flexible(*subscription) &&
                       proration_behavior(params) == "create_prorations";
    return alone ? move_anchor(tx, subscription) : restart(tx, subscription, params, names);
  }
  if (sets_items) return change_running_items(tx, subscription, params, names);
  (void)proration_date(params, *subscription, names);
  return {.subscription = subscription};
}

void apply_trial(store::Transaction& tx, AppliedChanges& applied, const Json& params) {
  const bool ends = ends_trial_now(params, *applied.subscription);
  if (ends && without_payment_method(tx, *applied.subscription) != WithoutPaymentMethod::bill) {
    // Stripe: trial_settings rule however the trial ends (the CLI's trigger of
    // customer.subscription.paused ends one so).
    applied.trial_ends_unpaid = true;
    applied.subscription =
        tx.update(applied.subscription, [&](Json& edited) { edited["trial_end"] = tx.now(); });
  } else if (ends) {
    applied.subscription = end_trial(tx, applied.subscription);
    applied.bills = BillsAtOnce::new_period;
    applied.billing_reason = "subscription_cycle";
  } else if (asks_for_trial_change(params, *applied.subscription, tx.now())) {
    applied.subscription = change_trial(tx, applied.subscription, params);
  }
}

}  // namespace

AppliedChanges apply_changes(store::Transaction& tx, const store::Document& before,
                             const Json& given, const ParamNames& names) {
  const Json params = rests(*before) ? as_free(given) : given;
  const bool replaces = has(params, "items") || asks_for_new_anchor(params);
  const store::Document subscription = replaces ? replace_pending_update(tx, before) : before;
  AppliedChanges applied = apply_items(tx, subscription, params, names);
  add_invoice_items(tx, *applied.subscription, params);
  apply_trial(tx, applied, params);
  if (params.contains("cancel_at") || has(params, "cancel_at_period_end")) {
    applied.subscription = change_end(tx, applied.subscription, params, names.prefix);
    const bool at_once = proration_behavior(params) == "always_invoice";
    if (at_once && applied.bills == BillsAtOnce::no) applied.bills = BillsAtOnce::prorations;
  }
  applied.before = subscription;
  return applied;
}

Bill compose_changes(store::Transaction& tx, const AppliedChanges& applied, bool preview) {
  return compose_update(tx, *applied.subscription,
                        {.new_period = applied.bills == BillsAtOnce::new_period,
                         .preview = preview,
                         .billing_reason = applied.billing_reason});
}

store::Document begin_new_period(store::Transaction& tx, const store::Document& subscription) {
  return tx.update(subscription, [&](Json& edited) {
    for (Json& item : edited.at("items").at("data")) {
      if (is_metered_item(item)) item["current_period_start"] = tx.now();
    }
  });
}

namespace {

bool waits_for_payment(const Json& params) {
  return maybe_text(params, "payment_behavior") == "pending_if_incomplete";
}

BillNow how_to_bill(const Json& params) {
  const std::string behavior = maybe_text(params, "payment_behavior").value_or("");
  BillNow how = {.off_session = maybe_boolean(params, "off_session")};
  if (behavior == "default_incomplete") {
    how.payment_behavior = PaymentBehavior::default_incomplete;
  } else if (behavior == "error_if_incomplete") {
    how.payment_behavior = PaymentBehavior::error_if_incomplete;
  }
  how.keeps_status = waits_for_payment(params);
  return how;
}

}  // namespace

void check_payment_behavior(const Json& params) {
  if (waits_for_payment(params)) check_can_wait(params);
}

store::Document bill_changes(store::Transaction& tx, const AppliedChanges& applied,
                             const Json& params, const api::Settings& settings) {
  if (applied.trial_ends_unpaid) {
    end_trial_by_itself(tx, applied.subscription, settings);
    return tx.find("subscription", applied.subscription.id());
  }
  if (applied.bills == BillsAtOnce::no) return applied.subscription;
  Bill bill = compose_changes(tx, applied, false);
  store::Document current = applied.subscription;
  if (applied.bills == BillsAtOnce::new_period) current = begin_new_period(tx, current);
  const BilledNow billed = bill_now(tx, current, std::move(bill), settings, how_to_bill(params));
  current = tx.find("subscription", current.id());
  if (billed != BilledNow::unpaid || !waits_for_payment(params)) return current;
  return park_update(tx, current, *applied.before);
}

}  // namespace okapi::engine
