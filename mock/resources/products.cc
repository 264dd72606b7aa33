#include "engine/products.h"

#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "api/search.h"
#include "engine/prices.h"

namespace okapi::resources {
namespace {

api::Reply create(api::Context& ctx) {
  const store::Document product = engine::create_product(ctx.tx, ctx.params);
  if (!has(ctx.params, "default_price_data")) return product;
  const store::Document price =
      engine::create_price(ctx.tx, ctx.params.at("default_price_data"),
                           {.prefix = "default_price_data", .product = product.id()});
  return ctx.tx.update(product, [&](Json& edited) { edited["default_price"] = price.id(); });
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, "product", ctx.path_id); }

void check_default_price(api::Context& ctx) {
  const std::optional<std::string> id = maybe_text(ctx.params, "default_price");
  if (!id) return;
  const store::Document price = api::require_param(ctx.tx, "price", *id, "default_price");
  if (text(*price, "product") == ctx.path_id) return;
  throw api::invalid_request("The price `" + *id + "` does not belong to this product.",
                             "default_price");
}

api::Reply update(api::Context& ctx) {
  const store::Document product = api::require(ctx.tx, "product", ctx.path_id);
  check_default_price(ctx);
  const store::Document updated = ctx.tx.update(product, [&](Json& edited) {
    const Json before = edited;
    api::assign_params(edited, ctx.params,
                       {"active", "default_price", "description", "images", "marketing_features",
                        "name", "package_dimensions", "shippable", "statement_descriptor",
                        "tax_code", "tax_details", "unit_label", "url"});
    for (const char* list : {"images", "marketing_features"}) {
      if (edited.at(list).is_null()) edited[list] = Json::array();
    }
    api::merge_metadata(edited, ctx.params);
    if (edited != before) edited["updated"] = ctx.now();
  });
  if (!(updated == product)) ctx.tx.emit("product.updated", updated);
  return updated;
}

api::Reply del(api::Context& ctx) {
  const store::Document product = api::require(ctx.tx, "product", ctx.path_id);
  if (!ctx.tx.where("price", "product", product.id()).empty()) {
    throw api::invalid_request(
        "This product cannot be deleted because it has one or more user-created prices.");
  }
  ctx.tx.erase(product);
  ctx.tx.emit("product.deleted", product);
  return api::deleted_stub("product", product.id());
}

bool is_among(const Json& values, const Json& value) {
  for (const Json& each : values) {
    if (each == value) return true;
  }
  return false;
}

api::Reply list(api::Context& ctx) {
  const Json& params = ctx.params;
  api::ListQuery query{.kind = "product"};
  query.matches = api::if_asked(ctx, [&](const Json& product) {
    for (const char* field : {"active", "shippable", "type", "url"}) {
      if (has(params, field) && params.at(field) != product.at(field)) return false;
    }
    if (has(params, "ids") && !is_among(params.at("ids"), product.at("id"))) return false;
    return !has(params, "created") ||
           api::in_range(params.at("created"), integer(product, "created"));
  });
  return api::list_documents(ctx, query);
}

}  // namespace

void register_products(api::Registry& registry) {
  registry.bind("products.create", create);
  registry.bind("products.retrieve", retrieve);
  registry.bind("products.update", update);
  registry.bind("products.del", del);
  registry.bind("products.list", list);
  registry.bind("products.search", api::search_objects);
}

}  // namespace okapi::resources
