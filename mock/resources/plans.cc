// Plans are what prices were called before 2020. Each recurring price has its plan of the same id,
// kept as a document of its own; a plan made here makes the price as well.
#include "api/error.h"
#include "api/operation.h"
#include "engine/prices.h"
#include "engine/products.h"

namespace okapi::resources {
namespace {

// The parameters of POST /v1/plans as those of POST /v1/prices.
Json price_params(const Json& plan) {
  Json recurring = {{"interval", plan.at("interval")}};
  api::assign_params(recurring, plan,
                     {"interval_count", "meter", "trial_period_days", "usage_type"});
  Json price = {{"recurring", std::move(recurring)}};
  api::assign_params(
      price, plan,
      {"active", "billing_scheme", "currency", "metadata", "nickname", "tiers", "tiers_mode"});
  api::assign_params(price, plan, {"_aggregate_usage"});
  if (plan.contains("amount")) price["unit_amount"] = plan.at("amount");
  if (plan.contains("amount_decimal")) price["unit_amount_decimal"] = plan.at("amount_decimal");
  if (plan.contains("transform_usage")) price["transform_quantity"] = plan.at("transform_usage");
  if (!has(plan, "product")) throw api::missing_parameter("product");
  price[plan.at("product").is_object() ? "product_data" : "product"] = plan.at("product");
  return price;
}

api::Reply create(api::Context& ctx) {
  const std::string id = maybe_text(ctx.params, "id").value_or("");
  if (!id.empty() && ctx.tx.find("plan", id)) throw api::already_exists("Plan");
  const store::Document price = engine::create_price(ctx.tx, price_params(ctx.params), {.id = id});
  return api::require(ctx.tx, "plan", price.id());
}

api::Reply update(api::Context& ctx) {
  const store::Document plan = api::require(ctx.tx, "plan", ctx.path_id, "plan");
  if (const std::optional<std::string> product = maybe_text(ctx.params, "product")) {
    (void)api::require_param(ctx.tx, "product", *product, "product");
  }
  const store::Document price = api::require(ctx.tx, "price", plan.id());
  const store::Document updated = ctx.tx.update(price, [&](Json& edited) {
    api::assign_params(edited, ctx.params, {"active", "nickname", "product"});
    api::assign_params(edited["recurring"], ctx.params, {"trial_period_days"});
    api::merge_metadata(edited, ctx.params);
  });
  if (!(updated == price)) ctx.tx.emit("price.updated", updated);
  engine::update_plan(ctx.tx, updated);
  return api::require(ctx.tx, "plan", plan.id());
}

// Differs: the price behind a deleted plan stays, archived, so that running subscriptions find it.
api::Reply del(api::Context& ctx) {
  const store::Document plan = api::require(ctx.tx, "plan", ctx.path_id, "plan");
  const store::Document price = api::require(ctx.tx, "price", plan.id());
  ctx.tx.update(price, [](Json& edited) { edited["active"] = false; });
  ctx.tx.erase(plan);
  ctx.tx.emit("price.deleted", price);
  ctx.tx.emit("plan.deleted", plan);
  return api::deleted_stub("plan", plan.id());
}

}  // namespace

void register_plans(api::Registry& registry) {
  registry.bind("plans.create", create);
  registry.bind("plans.update", update);
  registry.bind("plans.del", del);
  registry.stored("plans.list");
  registry.stored("plans.retrieve");
}

}  // namespace okapi::resources
