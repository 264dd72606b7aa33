// Items of quotes, Checkout Sessions and payment links: what of them is only shown when it is asked
// for. They have no operations of their own.
#include "api/expand.h"
#include "api/operation.h"

namespace okapi::resources {
namespace {

Json discounts(store::Transaction& tx, const Json& item) {
  Json rows = Json::array();
  for (const Json& row : item.value("_discounts", Json::array())) {
    const store::Document discount = tx.find("discount", text(row, "discount"));
    if (discount) rows.push_back({{"amount", row.at("amount")}, {"discount", *discount}});
  }
  return rows;
}

Json taxes(store::Transaction&, const Json& item) { return item.value("_taxes", Json::array()); }

}  // namespace

void register_line_items(api::Registry&) {
  api::register_includable("item.discounts", discounts);
  api::register_includable("item.taxes", taxes);
}

}  // namespace okapi::resources
