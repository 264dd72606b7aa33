// Shipping rates: the amount never changes, other currencies may be added.
#include "api/list.h"
#include "api/operation.h"
#include "engine/shipping.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "shipping_rate";

api::Reply create(api::Context& ctx) { return engine::create_shipping_rate(ctx.tx, ctx.params); }

api::Reply update(api::Context& ctx) {
  const store::Document rate = api::require(ctx.tx, kind, ctx.path_id);
  return ctx.tx.update(rate, [&](Json& edited) {
    api::assign_params(edited, ctx.params, {"active", "tax_behavior"});
    api::merge_metadata(edited, ctx.params);
    const Json& options = at_path(ctx.params, {"fixed_amount", "currency_options"});
    if (!options.is_object()) return;
    for (const auto& [currency, option] : options.items()) {
      Json& stored = edited["fixed_amount"]["currency_options"][currency];
      if (stored.is_null()) stored = {{"amount", 0}, {"tax_behavior", "unspecified"}};
      stored.update(option);
    }
  });
}

api::Reply list(api::Context& ctx) {
  const auto currency = maybe_text(ctx.params, "currency");
  return api::list_by_params(ctx, kind, [&](const Json& rate) {
    return !currency || at_path(rate, {"fixed_amount", "currency"}) == *currency;
  });
}

}  // namespace

void register_shipping_rates(api::Registry& registry) {
  registry.bind("shipping_rates.create", create);
  registry.bind("shipping_rates.update", update);
  registry.stored("shipping_rates.retrieve");
  registry.bind("shipping_rates.list", list);
}

}  // namespace okapi::resources
