// Subscription items (subscriptions-invoices 2.7). They live inside their subscription; these calls
// are another door to it.
#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "engine/clock.h"
#include "engine/items.h"
#include "engine/new_subscription.h"
#include "engine/schedules/schedule.h"
#include "engine/settings.h"
#include "engine/update_subscription.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "subscription_item";

store::Document require_owner(api::Context& ctx) {
  store::Document subscription = engine::subscription_of_item(ctx.tx, ctx.path_id);
  if (!subscription) throw api::no_such_in_path(kind, ctx.path_id, "item");
  return subscription;
}

void enter(api::Context& ctx, const Json& subscription) {
  if (const auto customer = ctx.tx.find("customer", text(subscription, "customer"))) {
    engine::enter_time_of(ctx.tx, *customer);
  }
}

void check_running(const Json& subscription) {
  if (!engine::is_ended(subscription)) return;
  throw api::invalid_request(
      "A canceled subscription can only update its cancellation_details and metadata.", {},
      "invalid_canceled_subscription_fields");
}

// The parameters of the call as one entry of an update's items[].
store::Document change(api::Context& ctx, const store::Document& subscription, Json entry) {
  engine::refuse_unsupported({{"items", Json::array({entry})}}, "subscription items");
  check_running(*subscription);
  Json params = ctx.params;
  entry.erase("subscription");
  params["items"] = Json::array({std::move(entry)});
  const engine::AppliedChanges applied =
      engine::apply_changes(ctx.tx, subscription, params, {.list = ""});
  engine::check_thresholds_fit(ctx.tx, *applied.subscription);
  engine::sync_items(ctx.tx, applied.subscription);
  store::Document changed = engine::bill_changes(ctx.tx, applied, params, engine::settings_of(ctx));
  if (!(changed == subscription)) ctx.tx.emit("customer.subscription.updated", changed);
  engine::follow_direct_change(ctx.tx, *subscription, *changed, params);
  return changed;
}

api::Reply create(api::Context& ctx) {
  const store::Document subscription =
      api::require_param(ctx.tx, "subscription", text(ctx.params, "subscription"), "subscription");
  enter(ctx, *subscription);
  const store::Document changed = change(ctx, subscription, ctx.params);
  return Json(changed->at("items").at("data").back());
}

api::Reply retrieve(api::Context& ctx) {
  return Json(*engine::find_item(*require_owner(ctx), ctx.path_id));
}

api::Reply update(api::Context& ctx) {
  const store::Document subscription = require_owner(ctx);
  enter(ctx, *subscription);
  Json entry = ctx.params;
  entry["id"] = ctx.path_id;
  return Json(*engine::find_item(*change(ctx, subscription, std::move(entry)), ctx.path_id));
}

api::Reply del(api::Context& ctx) {
  const store::Document subscription = require_owner(ctx);
  enter(ctx, *subscription);
  Json entry = {{"id", ctx.path_id}, {"deleted", true}};
  if (has(ctx.params, "clear_usage")) entry["clear_usage"] = ctx.params.at("clear_usage");
  change(ctx, subscription, std::move(entry));
  return api::deleted_stub(kind, ctx.path_id);
}

api::Reply list(api::Context& ctx) {
  const store::Document subscription =
      api::require_param(ctx.tx, "subscription", text(ctx.params, "subscription"), "subscription");
  return api::page_of(ctx, subscription->at("items").at("data").get<std::vector<Json>>());
}

}  // namespace

void register_subscription_items(api::Registry& registry) {
  registry.bind("subscription_items.create", create);
  registry.bind("subscription_items.retrieve", retrieve);
  registry.bind("subscription_items.update", update);
  registry.bind("subscription_items.del", del);
  registry.bind("subscription_items.list", list);
}

}  // namespace okapi::resources
