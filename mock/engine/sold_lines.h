// What priced lines become when they are sold, by an accepted quote or in Checkout: items of a
// subscription, lines of an invoice.
#pragma once

#include <vector>

#include "engine/bill.h"
#include "engine/priced_lines.h"

namespace okapi::engine {

struct SoldLines {
  Json recurring = Json::array();  // as `items` of a new subscription
  Json once = Json::array();       // as its `add_invoice_items`
};
[[nodiscard]] SoldLines split_sold_lines(const store::Transaction& tx,
                                         const std::vector<PricedLine>& lines);
// Each line as an invoice item of its own; emits invoiceitem.created.
void bill_sold_lines(store::Transaction& tx, Bill& bill, const std::vector<PricedLine>& lines);

}  // namespace okapi::engine
