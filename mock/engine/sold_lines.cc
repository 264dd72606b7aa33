#include "engine/sold_lines.h"

#include "engine/discounts.h"
#include "engine/invoice_items.h"
#include "engine/lines.h"
#include "engine/taxes.h"

namespace okapi::engine {
namespace {

Json ids_of(const Json& rates) {
  const Json ids = tax_rate_ids(rates);
  return ids.is_null() ? Json::array() : ids;
}

Json line_params(const store::Transaction& tx, const PricedLine& line) {
  Json params = {{"price", line.price.id()},
                 {"discounts", as_discount_params(tx, line.discounts)},
                 {"tax_rates", ids_of(line.tax_rates)},
                 {"metadata", line.metadata}};
  if (line.quantity) params["quantity"] = *line.quantity;
  return params;
}

store::Document invoice_item_of(store::Transaction& tx, const Json& invoice,
                                const PricedLine& line) {
  const std::string& customer = text(invoice, "customer");
  const std::string& currency = text(invoice, "currency");
  const Json params = {{"pricing", {{"price", line.price.id()}}}, {"quantity", *line.quantity}};
  Json item = make_invoice_item(tx, {.customer = *tx.find("customer", customer),
                                     .cost = read_item_cost(tx, params, currency)});
  item["discounts"] = set_discounts(
      tx, {.customer = customer, .currency = currency, .invoice_item = text(item, "id")},
      as_discount_params(tx, line.discounts), nullptr, "discounts");
  item["tax_rates"] = line.tax_rates;
  item["metadata"] = line.metadata;
  store::Document stored = tx.insert(std::move(item));
  tx.emit("invoiceitem.created", stored);
  return stored;
}

}  // namespace

SoldLines split_sold_lines(const store::Transaction& tx, const std::vector<PricedLine>& lines) {
  SoldLines sold;
  for (const PricedLine& line : lines) {
    (is_recurring(line) ? sold.recurring : sold.once).push_back(line_params(tx, line));
  }
  return sold;
}

void bill_sold_lines(store::Transaction& tx, Bill& bill, const std::vector<PricedLine>& lines) {
  for (const PricedLine& line : lines) {
    add_invoice_item_line(tx, bill, *invoice_item_of(tx, bill.invoice, line));
  }
}

}  // namespace okapi::engine
