#include "engine/priced_lines.h"

#include "api/error.h"
#include "api/operation.h"
#include "base/check.h"
#include "engine/items.h"
#include "engine/lines.h"
#include "engine/prices.h"
#include "engine/taxes.h"
#include "engine/terms.h"

namespace okapi::engine {
namespace {

// Whoever will buy: a customer of whom nothing is known.
store::Document nobody(store::Transaction& tx) {
  Json customer = api::default_object(tx, "customer");
  customer["balance"] = 0;
  customer["tax_exempt"] = "none";
  return tx.insert(std::move(customer));
}

void add_lines_of(store::Transaction& tx, Bill& bill, const PricedLine& line) {
  if (!line.quantity) return;
  add_licensed_lines(tx, bill,
                     {.subscription = {},
                      .item = line.id,
                      .price = line.price.id(),
                      .discounts = line.discounts,
                      .tax_rates = tax_rate_ids(line.tax_rates),
                      .period = {.start = tx.now(), .end = tx.now()}},
                     Decimal::from_integer(*line.quantity));
}

std::int64_t sum_of(const Json& rows) {
  std::int64_t sum = 0;
  for (const Json& row : rows) sum += integer(row, "amount");
  return sum;
}

std::int64_t exclusive_tax(const Json& taxes) {
  std::int64_t sum = 0;
  for (const Json& row : taxes) {
    if (text(row, "tax_behavior") == "exclusive") sum += integer(row, "amount");
  }
  return sum;
}

Json tax_row(const store::Transaction& tx, const Json& row) {
  const Json& id = at_path(row, {"tax_rate_details", "tax_rate"});
  const store::Document rate =
      id.is_string() ? tx.find("tax_rate", id.get<std::string>()) : store::Document();
  return {{"amount", row.at("amount")},
          {"rate", rate ? *rate : Json()},
          // Invoices have a word for rates set by hand, items have none.
          {"taxability_reason",
           row.at("taxability_reason") == "not_available" ? Json() : row.at("taxability_reason")},
          {"taxable_amount", row.at("taxable_amount")}};
}

void add_rows(Json& rows, const Json& more) {
  for (const Json& row : more) rows.push_back(row);
}

Json product_name(const store::Transaction& tx, const Json& price) {
  const store::Document product = tx.find("product", text(price, "product"));
  return product ? product->at("name") : Json(text(price, "product"));
}

// Several bill lines, the tiers of a price, are one item.
Json make_item_row(const store::Transaction& tx, const PricedLine& line, const Json& bill_lines,
                   std::size_t first, std::size_t last, const std::string& currency) {
  std::int64_t amount = 0;
  std::int64_t tax = 0;
  std::int64_t added = 0;
  Json discounts = Json::array();
  Json taxes = Json::array();
  for (std::size_t i = first; i < last; ++i) {
    const Json& row = bill_lines[i];
    amount += integer(row, "amount");
    tax += sum_of(row.at("taxes"));
    added += exclusive_tax(row.at("taxes"));
    add_rows(discounts, row.at("discount_amounts"));
    for (const Json& one : row.at("taxes")) taxes.push_back(tax_row(tx, one));
  }
  const std::int64_t discount = sum_of(discounts);
  return {{"id", line.id},
          {"object", "item"},
          {"adjustable_quantity", nullptr},
          {"amount_discount", discount},
          {"amount_subtotal", amount},
          {"amount_tax", tax},
          {"amount_total", amount - discount + added},
          {"currency", currency},
          {"description", product_name(tx, *line.price)},
          {"metadata", line.metadata},
          {"price", line.price.id()},
          {"quantity", line.quantity ? Json(*line.quantity) : Json()},
          {"_discounts", std::move(discounts)},
          {"_taxes", std::move(taxes)}};
}

}  // namespace

PricedLines price_lines(store::Transaction& tx, const std::vector<PricedLine>& lines,
                        const Pricing& pricing) {
  const store::Transaction::Savepoint before = tx.savepoint();
  store::Document customer =
      pricing.customer.empty() ? store::Document() : tx.find("customer", pricing.customer);
  if (!customer) customer = nobody(tx);
  Bill bill = make_bill(tx, {.customer = customer,
                             .currency = pricing.currency,
                             .billing_reason = "manual",
                             .period = {.start = tx.now(), .end = tx.now()},
                             .preview = true});
  bill.invoice["discounts"] = pricing.discounts;
  bill.invoice["default_tax_rates"] = pricing.default_tax_rates;
  set_automatic_tax(bill.invoice, pricing.automatic_tax);
  std::vector<std::size_t> bounds = {0};
  for (const PricedLine& line : lines) {
    add_lines_of(tx, bill, line);
    bounds.push_back(bill.lines().size());
  }
  settle_bill(tx, bill);
  PricedLines priced;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    priced.items.push_back(
        make_item_row(tx, lines[i], bill.lines(), bounds[i], bounds[i + 1], pricing.currency));
    const Json& item = priced.items.back();
    priced.amount_subtotal += integer(item, "amount_subtotal");
    priced.amount_discount += integer(item, "amount_discount");
    priced.amount_tax += integer(item, "amount_tax");
    priced.amount_total += integer(item, "amount_total");
  }
  priced.discounts = bill.invoice.at("total_discount_amounts");
  for (const Json& row : bill.invoice.at("total_taxes")) {
    priced.taxes.push_back(tax_row(tx, row));
  }
  tx.roll_back(before);
  return priced;
}

std::vector<Json> shown_items(const store::Transaction& tx, const Json& items) {
  std::vector<Json> shown;
  for (const Json& item : items) {
    shown.push_back(item);
    shown.back()["price"] = *tx.find("price", text(item, "price"));
  }
  return shown;
}

Json total_details(const PricedLines& priced) {
  return {{"amount_discount", priced.amount_discount},
          {"amount_shipping", 0},
          {"amount_tax", priced.amount_tax}};
}

Json breakdown(const store::Transaction& tx, const PricedLines& priced) {
  Json discounts = Json::array();
  for (const Json& row : priced.discounts) {
    const store::Document discount = tx.find("discount", text(row, "discount"));
    if (discount) discounts.push_back({{"amount", row.at("amount")}, {"discount", *discount}});
  }
  return {{"discounts", std::move(discounts)}, {"taxes", priced.taxes}};
}

PricedLine read_priced_line(store::Transaction& tx, const Json& params, const std::string& currency,
                            const Place& place) {
  if (has(params, "price") && has(params, "price_data")) {
    throw exclusive(place, "price", "price_data");
  }
  PricedLine line = {.id = api::new_id(tx, "item"), .price = {}, .quantity = {}};
  if (has(params, "price_data")) {
    line.price = create_price(tx, params.at("price_data"), {.prefix = place.of("price_data")});
  } else {
    if (!has(params, "price")) throw api::missing_parameter(place.of("price"));
    line.price = api::require_param(tx, "price", text(params, "price"), place.of("price"));
  }
  if (!boolean(*line.price, "active")) {
    throw api::invalid_request(
        "The price specified is inactive. This field only accepts active prices.",
        place.of("price"));
  }
  if (!currency.empty() && !find_price_terms(tx, *line.price, currency)) {
    throw api::invalid_request(
        "The price specified only supports `" + text(*line.price, "currency") +
            "`. This doesn't match the expected currency: `" + currency + "`.",
        place.of("price"));
  }
  const bool metered =
      has(*line.price, "recurring") && text(line.price->at("recurring"), "usage_type") == "metered";
  const std::int64_t quantity = item_quantity(params, place.name(), metered, 1);
  if (!metered) line.quantity = quantity;
  line.tax_rates = read_tax_rates(tx, params.value("tax_rates", Json()), place.of("tax_rates"),
                                  most_line_tax_rates);
  if (has(params, "metadata")) line.metadata = params.at("metadata");
  return line;
}

bool is_recurring(const PricedLine& line) { return has(*line.price, "recurring"); }

Json to_stored(const std::vector<PricedLine>& lines) {
  Json stored = Json::array();
  for (const PricedLine& line : lines) {
    stored.push_back({{"id", line.id},
                      {"price", line.price.id()},
                      {"quantity", line.quantity ? Json(*line.quantity) : Json()},
                      {"discounts", line.discounts},
                      {"tax_rates", line.tax_rates},
                      {"metadata", line.metadata}});
  }
  return stored;
}

std::vector<PricedLine> from_stored(const store::Transaction& tx, const Json& stored) {
  std::vector<PricedLine> lines;
  for (const Json& row : stored) {
    lines.push_back({.id = text(row, "id"),
                     .price = tx.find("price", text(row, "price")),
                     .quantity = maybe_integer(row, "quantity"),
                     .discounts = row.at("discounts"),
                     .tax_rates = row.at("tax_rates"),
                     .metadata = row.at("metadata")});
    OKAPI_CHECK(static_cast<bool>(lines.back().price));
  }
  return lines;
}

}  // namespace okapi::engine
