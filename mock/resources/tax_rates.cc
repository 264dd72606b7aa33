// Tax rates: percentage and inclusive never change (subscriptions-invoices 2.11).
#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "engine/coupons.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "tax_rate";

void assign_words(Json& rate, const Json& params) {
  api::assign_params(
      rate, params,
      {"active", "country", "description", "display_name", "jurisdiction", "state", "tax_type"});
  api::merge_metadata(rate, params);
}

api::Reply create(api::Context& ctx) {
  const Decimal percentage = engine::read_percent(ctx.params.at("percentage"));
  if (percentage.is_negative() || percentage > Decimal::from_integer(100)) {
    throw api::invalid_request("Tax rate percentage must be between 0 and 100.", "percentage");
  }
  Json rate = api::default_object(ctx.tx, kind);
  rate["active"] = true;
  rate["inclusive"] = ctx.params.at("inclusive");
  rate["percentage"] = ctx.params.at("percentage");
  rate["effective_percentage"] = ctx.params.at("percentage");
  rate["rate_type"] = "percentage";
  assign_words(rate, ctx.params);
  const store::Document stored = ctx.tx.insert(std::move(rate));
  ctx.tx.emit("tax_rate.created", stored);
  return stored;
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply update(api::Context& ctx) {
  const store::Document rate = api::require(ctx.tx, kind, ctx.path_id);
  const store::Document updated =
      ctx.tx.update(rate, [&](Json& edited) { assign_words(edited, ctx.params); });
  if (!(updated == rate)) ctx.tx.emit("tax_rate.updated", updated);
  return updated;
}

api::Reply list(api::Context& ctx) { return api::list_by_params(ctx, kind); }

}  // namespace

void register_tax_rates(api::Registry& registry) {
  registry.bind("tax_rates.create", create);
  registry.bind("tax_rates.retrieve", retrieve);
  registry.bind("tax_rates.update", update);
  registry.bind("tax_rates.list", list);
}

}  // namespace okapi::resources
