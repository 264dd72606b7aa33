// Which features a product gives (/v1/products/{id}/features).
#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "engine/entitlements.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "product_feature";

store::Document require_product(api::Context& ctx) {
  return api::require(ctx.tx, "product", ctx.path_ids.at(0));
}

store::Document require_feature(api::Context& ctx) {
  const store::Document product = require_product(ctx);
  store::Document feature = api::require(ctx.tx, kind, ctx.path_id);
  if (text(*feature, "_product") != product.id()) {
    throw api::no_such_in_path(api::noun_of(kind), ctx.path_id);
  }
  return feature;
}

api::Reply create(api::Context& ctx) {
  const store::Document product = require_product(ctx);
  const store::Document feature =
      api::require_param(ctx.tx, "entitlements.feature", text(ctx.params, "entitlement_feature"),
                         "entitlement_feature");
  if (!boolean(*feature, "active")) {
    throw api::invalid_request("This feature is archived and cannot be attached to a product.",
                               "entitlement_feature");
  }
  for (const store::Document& each : ctx.tx.where(kind, "_product", product.id())) {
    if (text(each->at("entitlement_feature"), "id") != feature.id()) continue;
    throw api::invalid_request("This feature is already attached to this product.",
                               "entitlement_feature");
  }
  Json attached = api::default_object(ctx.tx, kind);
  attached["entitlement_feature"] = *feature;
  attached["_product"] = product.id();
  const store::Document stored = ctx.tx.insert(std::move(attached));
  engine::follow_product(ctx.tx, product.id());
  return stored;
}

// The feature as it is now, which may have another name since.
Json shown(const store::Transaction& tx, const store::Document& attached) {
  Json tree = *attached;
  tree["entitlement_feature"] =
      *tx.find("entitlements.feature", text(tree.at("entitlement_feature"), "id"));
  return tree;
}

api::Reply retrieve(api::Context& ctx) { return shown(ctx.tx, require_feature(ctx)); }

api::Reply del(api::Context& ctx) {
  const store::Document attached = require_feature(ctx);
  ctx.tx.erase(attached);
  engine::follow_product(ctx.tx, text(*attached, "_product"));
  return api::deleted_stub(kind, attached.id());
}

api::Reply list(api::Context& ctx) {
  const store::Document product = require_product(ctx);
  std::vector<Json> rows;
  for (const store::Document& each : ctx.tx.where(kind, "_product", product.id())) {
    rows.insert(rows.begin(), shown(ctx.tx, each));
  }
  return api::page_of(ctx, std::move(rows));
}

}  // namespace

void register_product_features(api::Registry& registry) {
  registry.bind("products.create_feature", create);
  registry.bind("products.retrieve_feature", retrieve);
  registry.bind("products.delete_feature", del);
  registry.bind("products.list_features", list);
  registry.index(kind, "_product");
}

}  // namespace okapi::resources
