#include "engine/prices.h"

#include "api/error.h"
#include "api/expand.h"
#include "api/list.h"
#include "api/operation.h"
#include "api/search.h"

namespace okapi::resources {
namespace {

api::Reply create(api::Context& ctx) { return engine::create_price(ctx.tx, ctx.params); }

api::Reply retrieve(api::Context& ctx) {
  return api::require(ctx.tx, "price", ctx.path_id, "price");
}

// Stripe: a tax behavior that says inclusive or exclusive is final.
void check_tax_behavior(const Json& price, const Json& params) {
  const std::optional<std::string> wanted = maybe_text(params, "tax_behavior");
  const std::optional<std::string> current = maybe_text(price, "tax_behavior");
  if (!wanted || wanted == current || current.value_or("unspecified") == "unspecified") return;
  throw api::invalid_request(
      "The `tax_behavior` of a price cannot be changed once it is inclusive or exclusive.",
      "tax_behavior");
}

api::Reply update(api::Context& ctx) {
  const store::Document price = api::require(ctx.tx, "price", ctx.path_id, "price");
  check_tax_behavior(*price, ctx.params);
  if (const std::optional<std::string> key = maybe_text(ctx.params, "lookup_key")) {
    engine::take_lookup_key(
        ctx.tx, {.key = *key, .transfer = maybe_boolean(ctx.params, "transfer_lookup_key")},
        price.id(), "lookup_key");
  }
  const bool details_changed = engine::update_currency_options(ctx.tx, price, ctx.params);
  const store::Document updated = ctx.tx.update(price, [&](Json& edited) {
    api::assign_params(edited, ctx.params, {"active", "lookup_key", "nickname", "tax_behavior"});
    api::merge_metadata(edited, ctx.params);
  });
  if (!(updated == price) || details_changed) ctx.tx.emit("price.updated", updated);
  engine::update_plan(ctx.tx, updated);
  return updated;
}

bool matches_recurring(const Json& wanted, const Json& price) {
  if (!has(price, "recurring")) return false;
  for (const char* field : {"interval", "meter", "usage_type"}) {
    if (has(wanted, field) && wanted.at(field) != price.at("recurring").at(field)) return false;
  }
  return true;
}

bool matches_lookup_keys(const Json& wanted, const Json& price) {
  for (const Json& key : wanted) {
    if (key == price.at("lookup_key")) return true;
  }
  return false;
}

bool matches(const Json& params, const Json& price) {
  for (const char* field : {"active", "currency", "product", "type"}) {
    if (has(params, field) && params.at(field) != price.at(field)) return false;
  }
  if (has(params, "recurring") && !matches_recurring(params.at("recurring"), price)) return false;
  if (has(params, "lookup_keys") && !matches_lookup_keys(params.at("lookup_keys"), price)) {
    return false;
  }
  return !has(params, "created") || api::in_range(params.at("created"), integer(price, "created"));
}

api::Reply list(api::Context& ctx) {
  const std::string product = maybe_text(ctx.params, "product").value_or("");
  api::ListQuery query{.kind = "price"};
  query.matches = api::if_asked(ctx, [&](const Json& price) { return matches(ctx.params, price); });
  if (!product.empty()) {
    query.index_field = "product";
    query.index_value = product;
  }
  return api::list_documents(ctx, query);
}

Json tiers_of(store::Transaction& tx, const Json& price) {
  return engine::price_details(tx, text(price, "id"))->at("tiers");
}

Json currency_options_of(store::Transaction& tx, const Json& price) {
  return engine::price_details(tx, text(price, "id"))->at("currency_options");
}

}  // namespace

void register_prices(api::Registry& registry) {
  registry.bind("prices.create", create);
  registry.bind("prices.retrieve", retrieve);
  registry.bind("prices.update", update);
  registry.bind("prices.list", list);
  registry.bind("prices.search", api::search_objects);
  registry.index("price", "product");
  registry.index("price", "lookup_key");
  api::register_includable("price.tiers", tiers_of);
  api::register_includable("price.currency_options", currency_options_of);
  api::register_includable("plan.tiers", tiers_of);
}

}  // namespace okapi::resources
