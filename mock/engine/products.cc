#include "engine/products.h"

#include "api/error.h"
#include "api/operation.h"
#include "engine/param_name.h"

namespace okapi::engine {

store::Document create_product(store::Transaction& tx, const Json& params,
                               std::string_view prefix) {
  const std::optional<std::string> id = maybe_text(params, "id");
  if (id && tx.find("product", *id)) throw api::already_exists("Product", under(prefix, "id"));
  Json product = api::default_object(tx, "product");
  product.update({{"active", true},
                  {"created", tx.now()},
                  {"default_price", nullptr},
                  {"images", Json::array()},
                  {"marketing_features", Json::array()},
                  {"metadata", Json::object()},
                  {"statement_descriptor", nullptr},
                  {"tax_code", nullptr},
                  {"type", "service"},
                  {"unit_label", nullptr},
                  {"updated", tx.now()}});
  if (id) product["id"] = *id;
  api::assign_params(
      product, params,
      {"active", "description", "images", "marketing_features", "name", "package_dimensions",
       "shippable", "statement_descriptor", "tax_code", "type", "unit_label", "url"});
  if (has(params, "tax_details")) {
    product["tax_details"] = {{"performance_location", nullptr}, {"tax_code", nullptr}};
    product["tax_details"].update(params.at("tax_details"));
  }
  api::merge_metadata(product, params);
  store::Document created = tx.insert(std::move(product));
  tx.emit("product.created", created);
  return created;
}

}  // namespace okapi::engine
