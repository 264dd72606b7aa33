#include "engine/preview.h"

#include "api/error.h"
#include "engine/clock.h"
#include "engine/compose.h"
#include "engine/discounts.h"
#include "engine/invoice_items.h"
#include "engine/items.h"
#include "engine/lines.h"
#include "engine/new_subscription.h"
#include "engine/schedules/phase_change.h"
#include "engine/schedules/schedule.h"
#include "engine/settings.h"
#include "engine/update_subscription.h"

namespace okapi::engine {
namespace {

const Json no_details = Json::object();

const Json& details_of(const Json& params) {
  return has(params, "subscription_details") ? params.at("subscription_details") : no_details;
}

void refuse_unsupported_preview(const Json& params) {
  if (has(params, "on_behalf_of")) throw api::not_implemented("a preview with `on_behalf_of`");
  for (const char* name : {"pause", "resume_at", "billing_schedules"}) {
    if (has(details_of(params), name) && !details_of(params).at(name).empty()) {
      throw api::not_implemented(std::string("a preview with `subscription_details[") + name +
                                 "]`");
    }
  }
}

api::ApiError nothing_upcoming(const std::string& customer) {
  api::ApiError error =
      api::invalid_request("No upcoming invoices for customer: '" + customer + "'");
  error.status = 404;
  error.code = "invoice_upcoming_none";
  return error;
}

struct Target {
  store::Document customer;
  store::Document subscription;  // empty: none yet
  store::Document schedule;      // asked for by name; empty: none
};

// Stripe: with a customer alone, the subscription whose next invoice comes first.
store::Document next_to_renew(const store::Transaction& tx, const std::string& customer) {
  store::Document next;
  for (const store::Document& each : tx.where("subscription", "customer", customer)) {
    if (!is_running(*each)) continue;
    if (!next || period_of(*each).end < period_of(*next).end) next = each;
  }
  return next;
}

// The customer of what the request names; nothing is looked at twice.
std::string customer_of(const Json& params, const Target& target) {
  if (const auto customer = maybe_text(params, "customer")) return *customer;
  return text(target.subscription ? *target.subscription : *target.schedule, "customer");
}

Target target_of(api::Context& ctx) {
  const auto customer = maybe_text(ctx.params, "customer");
  const auto subscription = maybe_text(ctx.params, "subscription");
  const auto schedule = maybe_text(ctx.params, "schedule");
  if (!customer && !subscription && !schedule) {
    throw api::invalid_request(
        "You must either provide a `customer` or a `subscription` to the upcoming invoice "
        "endpoint.");
  }
  Target target;
  if (schedule) {
    target.schedule = api::require_param(ctx.tx, "subscription_schedule", *schedule, "schedule");
    if (const auto id = maybe_text(*target.schedule, "subscription")) {
      target.subscription = ctx.tx.find("subscription", *id);
    }
  }
  if (subscription) {
    target.subscription = api::require_param(ctx.tx, "subscription", *subscription, "subscription");
  }
  target.customer =
      api::require_param(ctx.tx, "customer", customer_of(ctx.params, target), "customer");
  enter_time_of(ctx.tx, *target.customer);
  const bool makes_one =
      has(details_of(ctx.params), "items") || has(ctx.params, "schedule_details");
  if (!subscription && !schedule && !makes_one) {
    target.subscription = next_to_renew(ctx.tx, target.customer.id());
  }
  return target;
}

// Items given with the request stand on the preview like pending ones.
void add_given_items(api::Context& ctx, const Target& target) {
  if (!has(ctx.params, "invoice_items")) return;
  for (Json params : ctx.params.at("invoice_items")) {
    if (has(params, "invoiceitem")) {
      throw api::not_implemented("a preview with `invoice_items[][invoiceitem]`");
    }
    if (has(params, "unit_amount")) {
      params["unit_amount_decimal"] = std::to_string(integer(params, "unit_amount"));
    }
    if (has(params, "price")) params["pricing"] = {{"price", params.at("price")}};
    const std::string currency =
        target.subscription ? text(*target.subscription, "currency") : std::string();
    Json item = make_invoice_item(
        ctx.tx, {.customer = *target.customer,
                 .cost = read_item_cost(ctx.tx, params, currency),
                 .subscription = target.subscription ? target.subscription.id() : std::string()});
    api::assign_params(item, params, {"description", "discountable", "period"});
    (void)ctx.tx.insert(std::move(item));
  }
}

Bill preview_new(api::Context& ctx, const Target& target) {
  Json params = details_of(ctx.params);
  // Stripe: what creation calls backdate_start_date.
  if (has(params, "start_date")) params["backdate_start_date"] = params.at("start_date");
  Json subscription = make_subscription(ctx.tx, {.params = params,
                                                 .customer = target.customer,
                                                 .version = ctx.version,
                                                 .prefix = "subscription_details"});
  // Guess: the regular invoice of a subscription that is only thought of is its first renewal.
  if (maybe_text(ctx.params, "preview_mode") == "recurring") {
    const Seconds end = period_of(subscription).end;
    Bill bill = compose_renewal(ctx.tx, subscription,
                                {.at = end, .ends = false, .preview = true, .pending = false});
    bill.invoice["created"] = end;
    return bill;
  }
  return compose_first(ctx.tx, subscription, true);
}

// The subscription as the details would change it.
AppliedChanges applied_details(api::Context& ctx, const Target& target) {
  return apply_changes(ctx.tx, target.subscription, details_of(ctx.params),
                       {.prefix = "subscription_details", .list = "subscription_details[items]"});
}

Bill preview_next(api::Context& ctx, const Target& target) {
  if (is_ended(*target.subscription)) throw nothing_upcoming(target.customer.id());
  if (maybe_boolean(details_of(ctx.params), "cancel_now")) {
    return compose_last(ctx.tx, *target.subscription, true);
  }
  AppliedChanges applied = applied_details(ctx, target);
  // Stripe: what would be invoiced at once is shown alone (docs, preview changes).
  if (applied.bills != BillsAtOnce::no) return compose_changes(ctx.tx, applied, true);
  const PhasesAhead ahead = rehearse_phases(ctx.tx, applied.subscription);
  const Json& subscription = *ahead.subscription;
  const Seconds end = period_of(ahead.ended.is_null() ? subscription : ahead.ended).end;
  const auto cancel_at = maybe_integer(subscription, "cancel_at");
  Bill bill = compose_renewal(ctx.tx, subscription,
                              {.at = end,
                               .ends = cancel_at && *cancel_at <= end,
                               .preview = true,
                               // Stripe: the next regular invoice, without what is pending.
                               .pending = maybe_text(ctx.params, "preview_mode") != "recurring",
                               .ended = ahead.ended.is_null() ? nullptr : &ahead.ended});
  bill.invoice["created"] = end;
  set_auto_advance(bill.invoice, true, end + ctx.settings.draft_grace);
  return bill;
}

// No subscription: what is pending.
Bill preview_pending(api::Context& ctx, const Target& target) {
  const std::string currency =
      maybe_text(ctx.params, "currency")
          .value_or(maybe_text(*target.customer, "currency").value_or("usd"));
  Bill bill = make_bill(ctx.tx, {.customer = target.customer,
                                 .currency = currency,
                                 .billing_reason = "upcoming",
                                 .period = {.start = ctx.now(), .end = ctx.now()},
                                 .preview = true});
  for (const store::Document& item :
       pending_items_of(ctx.tx, {.customer = target.customer.id(), .currency = currency})) {
    add_invoice_item_line(ctx.tx, bill, *item);
  }
  return bill;
}

Json first_start(const Json& details) {
  const Json& phases = details.value("phases", Json::array());
  return phases.empty() ? Json("now") : phases.at(0).value("start_date", Json("now"));
}

// The schedule as schedule_details would make or change it. Its own prorations would be pending.
Target with_schedule_details(api::Context& ctx, Target target) {
  if (!has(ctx.params, "schedule_details")) return target;
  Json details = ctx.params.at("schedule_details");
  if (target.schedule) {
    details["proration_behavior"] = "create_prorations";
    target.schedule = update_schedule(ctx.tx, target.schedule, details, settings_of(ctx));
  } else {
    details["customer"] = target.customer.id();
    if (!has(details, "start_date")) details["start_date"] = first_start(details);
    target.schedule = create_schedule(ctx.tx, details, ctx.version, settings_of(ctx));
  }
  if (const auto id = maybe_text(*target.schedule, "subscription")) {
    target.subscription = ctx.tx.find("subscription", *id);
  }
  return target;
}

// Stripe: the first invoice of a schedule, made already where it starts now.
Bill preview_schedule(api::Context& ctx, const Target& target) {
  if (text(*target.schedule, "status") != "not_started") {
    throw nothing_upcoming(target.customer.id());
  }
  ctx.tx.set_now(integer(target.schedule->at("phases").at(0), "start_date"));
  return compose_first(ctx.tx, first_subscription(ctx.tx, target.schedule, ctx.version), true);
}

Bill compose_preview(api::Context& ctx, const Target& named) {
  const bool had_none = !named.subscription;
  const Target target = with_schedule_details(ctx, named);
  add_given_items(ctx, target);
  if (target.schedule && target.subscription && had_none) {
    // The schedule would begin at once: what it would be billed first.
    return compose_first(ctx.tx, *target.subscription, true);
  }
  if (target.schedule && !target.subscription) return preview_schedule(ctx, target);
  if (target.subscription) return preview_next(ctx, target);
  if (has(details_of(ctx.params), "items")) return preview_new(ctx, target);
  return preview_pending(ctx, target);
}

}  // namespace

Json preview_invoice(api::Context& ctx) {
  refuse_unsupported_preview(ctx.params);
  const Target target = target_of(ctx);
  const store::Transaction::Savepoint before = ctx.tx.savepoint();
  Bill bill = compose_preview(ctx, target);
  if (bill.lines().empty()) throw nothing_upcoming(target.customer.id());
  if (ctx.params.contains("discounts")) {
    bill.invoice["discounts"] = set_discounts(
        ctx.tx, {.customer = target.customer.id(), .currency = text(bill.invoice, "currency")},
        ctx.params.at("discounts"), nullptr, "discounts");
  }
  settle_bill(ctx.tx, bill);
  ctx.tx.roll_back(before);
  const Json& details = details_of(ctx.params);
  Json& parent = bill.invoice["parent"];
  // Stripe: the time that the prorations were computed for (types).
  if (has(details, "proration_date") && parent.is_object()) {
    parent["subscription_details"]["subscription_proration_date"] = details.at("proration_date");
  }
  return std::move(bill.invoice);
}

}  // namespace okapi::engine
