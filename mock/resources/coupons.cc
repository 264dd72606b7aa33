// Coupons (subscriptions-invoices 2.10).
#include "engine/coupons.h"

#include "api/error.h"
#include "api/expand.h"
#include "api/list.h"
#include "api/operation.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "coupon";

void check_value(const Json& params) {
  const bool percent = has(params, "percent_off");
  const bool amount = has(params, "amount_off");
  if (percent && amount) throw api::only_one_of({"percent_off", "amount_off"});
  if (!percent && !amount) {
    throw api::invalid_request("Must provide percent_off or amount_off.");
  }
  if (amount && !has(params, "currency")) throw api::missing_parameter("currency");
  if (amount && integer(params, "amount_off") < 1) throw api::at_least("amount_off", 1);
  if (!percent) return;
  const Decimal off = engine::read_percent(params.at("percent_off"));
  if (off <= Decimal() || off > Decimal::from_integer(100)) {
    throw api::invalid_request("percent_off must be greater than 0 and at most 100.",
                               "percent_off");
  }
}

void check_duration(const Json& params) {
  const bool repeating = maybe_text(params, "duration") == "repeating";
  const auto months = maybe_integer(params, "duration_in_months");
  if (repeating && !months) throw api::missing_parameter("duration_in_months");
  if (!repeating && months) {
    throw api::invalid_request(
        "You can only set `duration_in_months` if `duration` is `repeating`.",
        "duration_in_months");
  }
  if (months && *months < 1) throw api::at_least("duration_in_months", 1);
}

void check_products(api::Context& ctx) {
  const Json& products = at_path(ctx.params, {"applies_to", "products"});
  if (!products.is_array()) return;
  std::size_t index = 0;
  for (const Json& id : products) {
    (void)api::require_param(ctx.tx, "product", id.get<std::string>(),
                             "applies_to[products][" + std::to_string(index++) + "]");
  }
}

api::Reply create(api::Context& ctx) {
  check_value(ctx.params);
  check_duration(ctx.params);
  check_products(ctx);
  const auto redeem_by = maybe_integer(ctx.params, "redeem_by");
  if (redeem_by && *redeem_by <= ctx.now()) throw api::future_timestamp_required("redeem_by");
  const auto most = maybe_integer(ctx.params, "max_redemptions");
  if (most && *most < 1) throw api::at_least("max_redemptions", 1);
  Json coupon = api::default_object(ctx.tx, kind);
  if (const auto id = maybe_text(ctx.params, "id")) {
    if (ctx.tx.find(kind, *id)) throw api::already_exists("Coupon");
    coupon["id"] = *id;
  }
  api::assign_params(coupon, ctx.params,
                     {"amount_off", "currency", "duration", "duration_in_months", "max_redemptions",
                      "name", "percent_off", "redeem_by"});
  if (!has(ctx.params, "duration")) coupon["duration"] = "once";
  api::merge_metadata(coupon, ctx.params);
  coupon["times_redeemed"] = 0;
  coupon["valid"] = true;
  coupon["_applies_to"] = ctx.params.value("applies_to", Json());
  coupon["_currency_options"] = ctx.params.value("currency_options", Json());
  const store::Document stored = ctx.tx.insert(std::move(coupon));
  ctx.tx.emit("coupon.created", stored);
  return stored;
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id, "coupon"); }

api::Reply update(api::Context& ctx) {
  const store::Document coupon = api::require(ctx.tx, kind, ctx.path_id, "coupon");
  const store::Document updated = ctx.tx.update(coupon, [&](Json& edited) {
    api::assign_params(edited, ctx.params, {"name"});
    api::merge_metadata(edited, ctx.params);
    if (!has(ctx.params, "currency_options")) return;
    Json& options = edited["_currency_options"];
    if (!options.is_object()) options = Json::object();
    options.update(ctx.params.at("currency_options"));
  });
  if (!(updated == coupon)) ctx.tx.emit("coupon.updated", updated);
  return updated;
}

// Stripe: existing discounts go on.
api::Reply del(api::Context& ctx) {
  const store::Document coupon = api::require(ctx.tx, kind, ctx.path_id, "coupon");
  ctx.tx.emit("coupon.deleted", coupon);
  ctx.tx.erase(coupon);
  return api::deleted_stub(kind, ctx.path_id);
}

api::Reply list(api::Context& ctx) { return api::list_by_params(ctx, kind); }

void coupon_due(const Json& coupon, std::vector<store::Due>& due) {
  const auto redeem_by = maybe_integer(coupon, "redeem_by");
  if (!redeem_by || !boolean(coupon, "valid")) return;
  due.push_back({.at = *redeem_by, .rank = 2, .action = "expire", .clock = {}});
}

Json beside(store::Transaction& tx, const Json& object, const char* field) {
  const store::Document coupon = tx.find(kind, text(object, "id"));
  return coupon ? coupon->value(field, Json()) : Json();
}

}  // namespace

void register_coupons(api::Registry& registry) {
  registry.bind("coupons.create", create);
  registry.bind("coupons.retrieve", retrieve);
  registry.bind("coupons.update", update);
  registry.bind("coupons.del", del);
  registry.bind("coupons.list", list);
  registry.due(kind, coupon_due);
  api::register_includable("coupon.applies_to", [](store::Transaction& tx, const Json& coupon) {
    const Json products = beside(tx, coupon, "_applies_to");
    return products.is_null() ? Json({{"products", Json::array()}}) : products;
  });
  api::register_includable("coupon.currency_options",
                           [](store::Transaction& tx, const Json& coupon) {
                             const Json options = beside(tx, coupon, "_currency_options");
                             return options.is_null() ? Json::object() : options;
                           });
}

}  // namespace okapi::resources
