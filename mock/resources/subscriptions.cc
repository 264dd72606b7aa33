// Subscriptions (subscriptions-invoices 2). How they are billed stands in engine/cycle.
#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "api/search.h"
#include "engine/clock.h"
#include "engine/customer_currency.h"
#include "engine/discounts.h"
#include "engine/items.h"
#include "engine/legacy_sources.h"
#include "engine/new_subscription.h"
#include "engine/pauses.h"
#include "engine/pending_interval.h"
#include "engine/schedules/schedule.h"
#include "engine/settings.h"
#include "engine/terms.h"
#include "engine/update_subscription.h"
#include "store/compact_json.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "subscription";

store::Document require_customer(api::Context& ctx) {
  const std::optional<std::string> id = maybe_text(ctx.params, "customer");
  if (!id) throw api::missing_parameter("customer");
  store::Document customer = api::require_param(ctx.tx, "customer", *id, "customer");
  engine::enter_time_of(ctx.tx, *customer);
  return customer;
}

// The subscription of the path, with its customer's time entered.
store::Document enter_subscription(api::Context& ctx) {
  store::Document subscription = api::require(ctx.tx, kind, ctx.path_id);
  if (const auto customer = ctx.tx.find("customer", text(*subscription, "customer"))) {
    engine::enter_time_of(ctx.tx, *customer);
  }
  return subscription;
}

api::Reply create(api::Context& ctx) {
  const store::Document customer = require_customer(ctx);
  engine::check_room_for_subscription(ctx.tx, customer, ctx.settings);
  const engine::StartOptions options = engine::start_options(ctx.params);
  Json subscription = engine::make_subscription(
      ctx.tx, {.params = ctx.params, .customer = customer, .version = ctx.version});
  engine::settle_currency(ctx.tx, customer.id(), text(subscription, "currency"));
  const store::Document started = engine::start_subscription(ctx.tx, std::move(subscription),
                                                             engine::settings_of(ctx), options);
  engine::sync_items(ctx.tx, started);
  return started;
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

// Stripe: after the end only these may change; while incomplete only metadata and description.
void check_updatable(const Json& subscription, const Json& params) {
  const std::string& status = text(subscription, "status");
  if (engine::is_ended(subscription)) {
    for (const auto& [name, value] : params.items()) {
      if (name == "cancellation_details" || name == "metadata") continue;
      throw api::invalid_request(
          "A canceled subscription can only update its cancellation_details and metadata.", {},
          "invalid_canceled_subscription_fields");
    }
  }
  if (status != "incomplete") return;
  for (const auto& [name, value] : params.items()) {
    if (name == "metadata" || name == "description" || name == "default_payment_method") continue;
    throw api::invalid_request(
        "This subscription is incomplete: only its metadata, description and default payment "
        "method can be updated until its first invoice is paid.",
        name);
  }
}

void edit_plain_fields(api::Context& ctx, Json& edited) {
  const Json& params = ctx.params;
  api::assign_params(edited, params, {"description", "days_until_due"});
  api::merge_metadata(edited, params);
  if (has(params, "collection_method")) {
    const std::string& method = text(params, "collection_method");
    engine::check_days_until_due(params, method, has(edited, "days_until_due"));
    edited["collection_method"] = method;
    if (method != "send_invoice") edited["days_until_due"] = nullptr;
  } else if (has(params, "days_until_due")) {
    engine::check_days_until_due(params, text(edited, "collection_method"), true);
  }
  if (has(params, "default_payment_method")) {
    edited["default_payment_method"] =
        engine::attached_payment_method(ctx.tx, params, text(edited, "customer"));
  }
  if (has(params, "default_source")) {
    edited["default_source"] =
        engine::attached_source(ctx.tx, text(params, "default_source"), text(edited, "customer"));
  }
  for (const char* settings :
       {"invoice_settings", "payment_settings", "trial_settings", "cancellation_details"}) {
    if (has(params, settings)) edited[settings].update(params.at(settings), true);
  }
  if (params.contains("billing_thresholds")) {
    edited["billing_thresholds"] = engine::read_thresholds(params);
  }
  engine::set_pause_collection(edited, params, ctx.now());
  engine::set_pending_interval(edited, params, ctx.now());
}

api::Reply update(api::Context& ctx) {
  const store::Document before = enter_subscription(ctx);
  check_updatable(*before, ctx.params);
  engine::refuse_unsupported(ctx.params, "a subscription update");
  engine::check_payment_behavior(ctx.params);
  engine::check_not_scheduled(*before, ctx.params);
  engine::AppliedChanges applied = engine::apply_changes(ctx.tx, before, ctx.params);
  applied.subscription = ctx.tx.update(applied.subscription, [&](Json& edited) {
    edit_plain_fields(ctx, edited);
    engine::set_terms(ctx.tx, edited, ctx.params);
  });
  engine::check_thresholds_fit(ctx.tx, *applied.subscription);
  engine::sync_items(ctx.tx, applied.subscription);
  const store::Document updated =
      engine::bill_changes(ctx.tx, applied, ctx.params, engine::settings_of(ctx));
  if (*updated != *before) ctx.tx.emit("customer.subscription.updated", updated);
  engine::follow_direct_change(ctx.tx, *before, *updated, ctx.params);
  return updated;
}

api::Reply cancel(api::Context& ctx) {
  const store::Document subscription = enter_subscription(ctx);
  // Stripe: a second DELETE does not find it any more (recorded).
  if (engine::is_ended(*subscription)) throw api::no_such_in_path("subscription", ctx.path_id);
  return engine::cancel_now(
      ctx.tx, subscription, engine::settings_of(ctx),
      {.invoice_now = maybe_boolean(ctx.params, "invoice_now"),
       .prorate = maybe_boolean(ctx.params, "prorate"),
       .cancellation_details = ctx.params.value("cancellation_details", Json())});
}

api::Reply pause(api::Context& ctx) {
  return engine::pause_subscription(ctx.tx, enter_subscription(ctx), ctx.params,
                                    engine::settings_of(ctx));
}

api::Reply resume(api::Context& ctx) {
  return engine::resume_subscription(ctx.tx, enter_subscription(ctx), ctx.params,
                                     engine::settings_of(ctx));
}

// Stripe: from classic to flexible billing, and never back.
api::Reply migrate(api::Context& ctx) {
  const store::Document subscription = enter_subscription(ctx);
  if (engine::is_ended(*subscription)) throw api::no_such_in_path("subscription", ctx.path_id);
  if (engine::is_flexible(*subscription)) return subscription;
  const Json& asked = at_path(ctx.params, {"billing_mode", "flexible", "proration_discounts"});
  const store::Document migrated = ctx.tx.update(subscription, [&](Json& edited) {
    edited["billing_mode"] = {
        {"flexible", {{"proration_discounts", asked.is_null() ? Json("included") : asked}}},
        {"type", "flexible"},
        {"updated_at", ctx.now()}};
  });
  ctx.tx.emit("customer.subscription.updated", migrated);
  return migrated;
}

api::Reply delete_discount(api::Context& ctx) {
  const store::Document subscription = enter_subscription(ctx);
  const Json& ids = subscription->at("discounts");
  if (ids.empty()) {
    throw api::invalid_request("No active discount for subscription: " + ctx.path_id, {},
                               "resource_missing");
  }
  const store::Document discount = ctx.tx.find("discount", ids.at(0).get<std::string>());
  const store::Document without =
      ctx.tx.update(subscription, [](Json& edited) { edited["discounts"] = Json::array(); });
  Json stub = engine::delete_discount(ctx.tx, discount);
  ctx.tx.emit("customer.subscription.updated", without);
  return stub;
}

bool has_status(const Json& subscription, const std::string& wanted) {
  if (wanted == "all") return true;
  if (wanted == "ended") return engine::is_ended(subscription);
  return text(subscription, "status") == wanted;
}

bool has_item_where(const Json& subscription, const std::function<bool(const Json&)>& matches) {
  return std::ranges::any_of(subscription.at("items").at("data"), matches);
}

bool matches_items(const Json& subscription, const Json& params) {
  for (const char* name : {"price", "plan"}) {
    const auto id = maybe_text(params, name);
    if (id && !has_item_where(subscription, [&](const Json& item) {
          return text(item.at("price"), "id") == *id;
        })) {
      return false;
    }
  }
  for (const char* bound : {"current_period_start", "current_period_end"}) {
    if (has(params, bound) && !has_item_where(subscription, [&](const Json& item) {
          return api::in_range(params.at(bound), integer(item, bound));
        })) {
      return false;
    }
  }
  return true;
}

api::Reply list(api::Context& ctx) {
  const Json& params = ctx.params;
  const std::optional<std::string> status = maybe_text(params, "status");
  const std::optional<std::string> customer = maybe_text(params, "customer");
  const std::optional<std::string> clock = maybe_text(params, "test_clock");
  if (customer) (void)api::require_param(ctx.tx, "customer", *customer, "customer");
  api::ListQuery query = {.kind = kind};
  if (customer) {
    query.index_field = "customer";
    query.index_value = *customer;
  } else if (clock) {
    query.index_field = "test_clock";
    query.index_value = *clock;
  }
  query.shows = [&](const store::Document& subscription) {
    // Stripe: what lives on a test clock is only listed for its customer or its clock.
    if (!customer && !clock && engine::is_on_test_clock(subscription)) return false;
    // Stripe: canceled ones are hidden unless asked for.
    return status || store::find_text(subscription.text(), "status") != "canceled";
  };
  query.matches = api::if_asked(ctx, [&](const Json& subscription) {
    if (status && !has_status(subscription, *status)) return false;
    if (clock && maybe_text(subscription, "test_clock") != clock) return false;
    const auto method = maybe_text(params, "collection_method");
    if (method && text(subscription, "collection_method") != *method) return false;
    if (has(params, "created") &&
        !api::in_range(params.at("created"), integer(subscription, "created"))) {
      return false;
    }
    return matches_items(subscription, params);
  });
  return api::list_documents(ctx, query);
}

}  // namespace

void register_subscriptions(api::Registry& registry) {
  registry.bind("subscriptions.create", create);
  registry.bind("subscriptions.retrieve", retrieve);
  registry.bind("subscriptions.update", update);
  registry.bind("subscriptions.cancel", cancel);
  registry.bind("subscriptions.delete_discount", delete_discount);
  registry.bind("subscriptions.pause", pause);
  registry.bind("subscriptions.resume", resume);
  registry.bind("subscriptions.migrate", migrate);
  registry.bind("subscriptions.list", list);
  registry.bind("subscriptions.search", api::search_objects);
  registry.index(kind, "customer");
  registry.index(kind, "test_clock");
  registry.index("okapi.subscription_item", "subscription");
  registry.index("okapi.thresholds", "customer");
  registry.due(kind, engine::subscription_due);
}

}  // namespace okapi::resources
