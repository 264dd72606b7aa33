#include "engine/invoice_items.h"

#include "api/error.h"
#include "api/operation.h"
#include "base/check.h"
#include "engine/hidden_prices.h"
#include "engine/lines.h"
#include "engine/usage.h"

namespace okapi::engine {
namespace {

constexpr const char* default_name = "Invoice item";

// amount, pricing, price_data, unit_amount_decimal: the ways to say what it costs.
std::vector<std::string> ways_given(const Json& params) {
  std::vector<std::string> given;
  for (const char* way : {"amount", "price_data", "pricing", "unit_amount_decimal"}) {
    if (has(params, way)) given.emplace_back(way);
  }
  return given;
}

Decimal read_quantity(const Json& params) {
  if (has(params, "quantity") && has(params, "quantity_decimal")) {
    throw api::only_one_of({"quantity", "quantity_decimal"});
  }
  if (const auto quantity = maybe_integer(params, "quantity")) {
    if (*quantity < 0) throw api::invalid_non_negative_integer("quantity");
    return Decimal::from_integer(*quantity);
  }
  const auto quantity = maybe_decimal(params, "quantity_decimal");
  if (quantity && quantity->is_negative()) {
    throw api::negative_decimal("quantity_decimal", text(params, "quantity_decimal"));
  }
  return quantity.value_or(Decimal::from_integer(1));
}

std::string require_currency(const Json& params, const std::string& currency) {
  const std::optional<std::string> given = maybe_text(params, "currency");
  if (given && !currency.empty() && *given != currency) {
    throw api::invalid_request("The currency of the invoice item (" + *given +
                                   ") does not match that of its invoice or subscription (" +
                                   currency + ").",
                               "currency");
  }
  if (given) return *given;
  if (currency.empty()) throw api::missing_parameter("currency");
  return currency;
}

Json pricing_of(const Json& price, const Json& unit_amount) {
  return {{"price_details", {{"price", text(price, "id")}, {"product", text(price, "product")}}},
          {"type", "price_details"},
          {"unit_amount_decimal", unit_amount}};
}

ItemCost cost_of_unit(const Json& price, std::string currency, Decimal unit_amount,
                      Decimal quantity) {
  return {.currency = std::move(currency),
          .amount = round_product(quantity, unit_amount, Rounding::half_away_from_zero),
          .quantity = quantity,
          .pricing = pricing_of(price, unit_amount.text())};
}

ItemCost cost_of_amount(store::Transaction& tx, const Json& params, const std::string& currency) {
  for (const char* quantity : {"quantity", "quantity_decimal"}) {
    if (has(params, quantity)) throw api::only_one_of({"amount", quantity});
  }
  const std::string own = require_currency(params, currency);
  const Decimal amount = Decimal::from_integer(integer(params, "amount"));
  const std::string name = maybe_text(params, "description").value_or(default_name);
  const store::Document price =
      hidden_price(tx, {.product_name = name, .currency = own, .unit_amount = amount});
  return cost_of_unit(*price, own, amount, Decimal::from_integer(1));
}

ItemCost cost_of_unit_amount(store::Transaction& tx, const Json& params,
                             const std::string& currency) {
  const std::string own = require_currency(params, currency);
  const Decimal unit_amount = decimal(params, "unit_amount_decimal");
  const std::string name = maybe_text(params, "description").value_or(default_name);
  const store::Document price =
      hidden_price(tx, {.product_name = name, .currency = own, .unit_amount = unit_amount});
  return cost_of_unit(*price, own, unit_amount, read_quantity(params));
}

ItemCost cost_of_price_data(store::Transaction& tx, const Json& params,
                            const std::string& currency) {
  const Json& data = params.at("price_data");
  if (has(data, "unit_amount") && has(data, "unit_amount_decimal")) {
    throw api::only_one_of({"price_data[unit_amount]", "price_data[unit_amount_decimal]"});
  }
  const std::string own = require_currency(data, currency);
  const std::string product = text(data, "product");
  (void)api::require_param(tx, "product", product, "price_data[product]");
  const auto whole = maybe_integer(data, "unit_amount");
  const auto exact = maybe_decimal(data, "unit_amount_decimal");
  if (!whole && !exact) {
    throw api::invalid_request(
        "Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.");
  }
  const Decimal unit_amount = whole ? Decimal::from_integer(*whole) : *exact;
  const store::Document price =
      hidden_price(tx, {.product = product,
                        .currency = own,
                        .unit_amount = unit_amount,
                        .tax_behavior = maybe_text(data, "tax_behavior").value_or("unspecified")});
  return cost_of_unit(*price, own, unit_amount, read_quantity(params));
}

ItemCost cost_of_price(store::Transaction& tx, const Json& params, const std::string& currency) {
  constexpr const char* param = "pricing[price]";
  const std::optional<std::string> id = maybe_text(params.at("pricing"), "price");
  if (!id) throw api::missing_parameter(param);
  const store::Document price = api::require_param(tx, "price", *id, param);
  if (has(*price, "recurring")) {
    throw api::invalid_request(
        "The price specified is set to `type=recurring` but this field only accepts prices with "
        "`type=one_time`.",
        param);
  }
  if (!boolean(*price, "active")) {
    throw api::invalid_request(
        "The price specified is inactive. This field only accepts active prices.", param);
  }
  const std::string wanted = maybe_text(params, "currency").value_or(currency);
  const std::optional<PriceTerms> terms = find_price_terms(tx, *price, wanted);
  if (!terms) {
    throw api::invalid_request("The price specified only supports `" + text(*price, "currency") +
                                   "`. This doesn't match the expected currency: `" + wanted + "`.",
                               param);
  }
  const Decimal quantity = read_quantity(params);
  const std::vector<billing::RatedLine> rated = billing::rate(terms->rate, quantity);
  return {.currency = terms->currency,
          .amount = billing::total_of(rated),
          .quantity = quantity,
          .pricing = pricing_of(*price, rated.front().unit_amount.text())};
}

std::size_t line_of(const Bill& bill, const std::string& invoice_item) {
  for (std::size_t i = 0; i < bill.lines().size(); ++i) {
    if (invoice_item_of(bill.lines()[i]) == invoice_item) return i;
  }
  OKAPI_UNREACHABLE();
}

store::Document settle_and_store(store::Transaction& tx, Bill bill) {
  settle_bill(tx, bill);
  return store_bill(tx, std::move(bill));
}

}  // namespace

bool has_cost(const Json& params) {
  return !ways_given(params).empty() || has(params, "quantity") || has(params, "quantity_decimal");
}

ItemCost read_item_cost(store::Transaction& tx, const Json& params, const std::string& currency) {
  const std::vector<std::string> ways = ways_given(params);
  if (ways.size() > 1) throw api::only_one_of(ways);
  if (ways.empty()) throw api::missing_parameter("amount");
  if (ways.front() == "amount") return cost_of_amount(tx, params, currency);
  if (ways.front() == "price_data") return cost_of_price_data(tx, params, currency);
  if (ways.front() == "pricing") return cost_of_price(tx, params, currency);
  return cost_of_unit_amount(tx, params, currency);
}

void settle_net_amount(Json& invoice_item) {
  invoice_item.erase("net_amount");
  if (!boolean(invoice_item, "discountable")) {
    invoice_item["net_amount"] = invoice_item.at("amount");
  }
}

void set_cost(Json& invoice_item, const ItemCost& cost) {
  invoice_item["amount"] = cost.amount;
  invoice_item["currency"] = cost.currency;
  invoice_item["pricing"] = cost.pricing;
  invoice_item["quantity"] = cost.quantity.truncated();
  invoice_item["quantity_decimal"] = cost.quantity.text();
  settle_net_amount(invoice_item);
}

Json make_invoice_item(store::Transaction& tx, const NewInvoiceItem& wanted) {
  Json item = api::default_object(tx, "invoiceitem");
  const billing::Period period =
      wanted.period.value_or(billing::Period{.start = tx.now(), .end = tx.now()});
  item["customer"] = text(wanted.customer, "id");
  item["date"] = tx.now();
  item["description"] = wanted.description;
  item["discountable"] = true;
  item["discounts"] = Json::array();
  item["frozen_fields"] = Json::array();
  item["invoice"] = nullptr;
  item["invoicing_rules"] = Json::array();
  item["metadata"] = Json::object();
  item["parent"] = nullptr;
  item["period"] = {{"start", period.start}, {"end", period.end}};
  item["proration"] = false;
  item["proration_details"] = {{"credited_items", nullptr}, {"discount_amounts", Json::array()}};
  item["tax_rates"] = Json::array();
  item["test_clock"] = wanted.customer.value("test_clock", Json());
  set_cost(item, wanted.cost);
  if (!wanted.subscription.empty()) {
    Json details = {{"subscription", wanted.subscription}};
    if (!wanted.subscription_item.empty()) details["subscription_item"] = wanted.subscription_item;
    item["parent"] = {{"subscription_details", std::move(details)},
                      {"type", "subscription_details"}};
  }
  return item;
}

store::Document attach_to_draft(store::Transaction& tx, const store::Document& invoice_item,
                                const store::Document& draft) {
  Bill bill = open_bill(tx, draft);
  add_invoice_item_line(tx, bill, *invoice_item);
  tx.update(invoice_item, [&](Json& edited) { edited["invoice"] = draft.id(); });
  return settle_and_store(tx, std::move(bill));
}

void update_on_draft(store::Transaction& tx, const store::Document& invoice_item) {
  const std::optional<std::string> invoice = maybe_text(*invoice_item, "invoice");
  if (!invoice) return;
  Bill bill = open_bill(tx, tx.find("invoice", *invoice));
  const std::size_t place = line_of(bill, invoice_item.id());
  const Json id = bill.lines()[place].at("id");
  add_invoice_item_line(tx, bill, *invoice_item);
  bill.lines()[place] = bill.lines().back();
  bill.workings()[place] = bill.workings().back();
  bill.lines()[place]["id"] = id;
  bill.workings()[place]["line"] = id;
  bill.lines().erase(bill.lines().size() - 1);
  bill.workings().erase(bill.workings().size() - 1);
  settle_and_store(tx, std::move(bill));
}

void remove_from_draft(store::Transaction& tx, const store::Document& invoice_item) {
  const std::optional<std::string> invoice = maybe_text(*invoice_item, "invoice");
  if (!invoice) return;
  Bill bill = open_bill(tx, tx.find("invoice", *invoice));
  const std::size_t place = line_of(bill, invoice_item.id());
  bill.lines().erase(place);
  bill.workings().erase(place);
  settle_and_store(tx, std::move(bill));
}

store::Document set_aside_usage(store::Transaction& tx, const OpenUsage& usage) {
  const PriceTerms price =
      price_terms(tx, text(usage.item.at("price"), "id"), text(usage.subscription, "currency"));
  const billing::Period period = {.start = integer(usage.item, "current_period_start"),
                                  .end = usage.until};
  const std::string customer = text(usage.subscription, "customer");
  const OwedUsage owed = owed_usage(tx, customer, text(usage.item, "id"), price,
                                    {.start = period.start, .end = period.end + 1});
  const std::vector<billing::RatedLine> rated = billing::rate(price.rate, owed.quantity);
  const std::int64_t amount = billing::total_of(rated) - owed.billed_amount;
  if (owed.quantity.is_zero() && amount == 0) return {};
  // Guess: one item for all tiers; its unit amount is told where there is just one.
  const Json unit_amount = rated.size() == 1 ? Json(rated.front().unit_amount.text()) : Json();
  Json pricing = {{"price_details", {{"price", price.id}, {"product", price.product}}},
                  {"type", "price_details"},
                  {"unit_amount_decimal", unit_amount}};
  Json item = make_invoice_item(tx, {.customer = *tx.find("customer", customer),
                                     .cost = {.currency = price.currency,
                                              .amount = amount,
                                              .quantity = owed.quantity,
                                              .pricing = std::move(pricing)},
                                     .subscription = text(usage.subscription, "id"),
                                     .subscription_item = text(usage.item, "id"),
                                     .period = period});
  store::Document stored = tx.insert(std::move(item));
  tx.emit("invoiceitem.created", stored);
  return stored;
}

}  // namespace okapi::engine
