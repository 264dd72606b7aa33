#include "engine/hidden_prices.h"

#include "api/operation.h"
#include "base/text.h"

namespace okapi::engine {
namespace {

// A document of an internal kind that remembers what was made for a key.
std::string remembered(const store::Transaction& tx, const std::string& key) {
  const store::Document known = tx.find("okapi.hidden_price", key);
  return known ? text(*known, "made") : std::string();
}

void remember(store::Transaction& tx, const std::string& key, const std::string& made) {
  tx.insert({{"id", key}, {"object", "okapi.hidden_price"}, {"made", made}});
}

std::string hidden_product(store::Transaction& tx, const std::string& name) {
  const std::string key = "product:" + name;
  if (std::string known = remembered(tx, key); !known.empty()) return known;
  Json product = api::default_object(tx, "product");
  product.update({{"active", false},
                  {"images", Json::array()},
                  {"marketing_features", Json::array()},
                  {"metadata", Json::object()},
                  {"name", name},
                  {"type", "service"},
                  {"updated", tx.now()}});
  const store::Document made = tx.insert(std::move(product));
  remember(tx, key, made.id());
  return made.id();
}

Json amount_fields(const HiddenPrice& wanted) {
  const bool whole = wanted.unit_amount.is_integer();
  return {{"custom_unit_amount", nullptr},
          {"tax_behavior", wanted.tax_behavior},
          {"unit_amount", whole ? Json(wanted.unit_amount.truncated()) : Json()},
          {"unit_amount_decimal", wanted.unit_amount.text()}};
}

}  // namespace

store::Document hidden_price(store::Transaction& tx, const HiddenPrice& wanted) {
  const std::string product =
      wanted.product.empty() ? hidden_product(tx, wanted.product_name) : wanted.product;
  const std::string key = concat("price:", product, ":", wanted.currency, ":",
                                 wanted.unit_amount.text(), ":", wanted.tax_behavior);
  if (const std::string known = remembered(tx, key); !known.empty()) {
    return tx.find("price", known);
  }
  Json price = api::default_object(tx, "price");
  price.update({{"active", false},
                {"billing_scheme", "per_unit"},
                {"currency", wanted.currency},
                {"metadata", Json::object()},
                {"product", product},
                {"recurring", nullptr},
                {"transform_quantity", nullptr},
                {"type", "one_time"}});
  price.update(amount_fields(wanted));
  store::Document made = tx.insert(std::move(price));
  tx.insert({{"id", made.id()},
             {"object", "okapi.price_details"},
             {"currency_options", {{wanted.currency, amount_fields(wanted)}}},
             {"tiers", nullptr}});
  remember(tx, key, made.id());
  return made;
}

}  // namespace okapi::engine
