#include "engine/taxes.h"

#include "api/error.h"
#include "api/operation.h"
#include "billing/tax.h"
#include "engine/coupons.h"
#include "engine/tax_table.h"

namespace okapi::engine {
namespace {

struct Rate {
  std::string id;
  Decimal percentage;
  bool inclusive = false;
  std::string_view reason = "not_available";
};

// Stripe: the tax code of what is never taxed.
constexpr std::string_view nontaxable = "txcd_00000000";

Rate read_rate(const Json& rate) {
  return {.id = text(rate, "id"),
          .percentage = read_percent(rate.at("percentage")),
          .inclusive = boolean(rate, "inclusive")};
}

std::vector<Rate> rates_of(const store::Transaction& tx, const Bill& bill, const Json& working) {
  std::vector<Rate> rates;
  const Json own = working.value("tax_rates", Json());
  if (own.is_array() && !own.empty()) {
    for (const Json& id : own)
      rates.push_back(read_rate(*tx.find("tax_rate", id.get<std::string>())));
    return rates;
  }
  for (const Json& rate : bill.invoice.at("default_tax_rates")) rates.push_back(read_rate(rate));
  return rates;
}

// Automatic tax of a line: the rates of the place. The price says whether they are inside.
std::vector<Rate> located_rates(const store::Transaction& tx, const LocatedTaxes& located,
                                const Json& line) {
  std::vector<Rate> rates;
  const Json& details = at_path(line, {"pricing", "price_details"});
  const auto product = maybe_text(details, "product");
  const store::Document sold = product ? tx.find("product", *product) : store::Document();
  if (sold && maybe_text(*sold, "tax_code") == nontaxable) return rates;
  const auto price = maybe_text(details, "price");
  const store::Document priced = price ? tx.find("price", *price) : store::Document();
  const std::string behavior =
      priced ? maybe_text(*priced, "tax_behavior").value_or("unspecified") : "unspecified";
  for (const store::Document& rate : located.rates) {
    rates.push_back(read_rate(*rate));
    rates.back().reason = "standard_rated";
    if (behavior != "unspecified") rates.back().inclusive = behavior == "inclusive";
  }
  return rates;
}

bool is_automatic(const Json& invoice) { return boolean(invoice.at("automatic_tax"), "enabled"); }

std::int64_t sum_of(const Json& rows) {
  std::int64_t sum = 0;
  for (const Json& row : rows) sum += integer(row, "amount");
  return sum;
}

Json tax_row(const Rate& rate, std::int64_t amount, std::int64_t taxable) {
  return {{"amount", amount},
          {"tax_behavior", rate.inclusive ? "inclusive" : "exclusive"},
          {"tax_rate_details", {{"tax_rate", rate.id}}},
          {"taxability_reason", rate.reason},
          {"taxable_amount", taxable},
          {"type", "tax_rate_details"}};
}

void tax_line(Json& line, Json& working, const std::vector<Rate>& rates) {
  const std::int64_t net =
      integer(line, "amount") - sum_of(line.at("discount_amounts")) - sum_of(working.at("credits"));
  Decimal inclusive;
  for (const Rate& rate : rates) {
    if (rate.inclusive) inclusive += rate.percentage;
  }
  std::int64_t inside = 0;
  for (const Rate& rate : rates) {
    if (rate.inclusive) inside += billing::inclusive_tax(net, rate.percentage, inclusive);
  }
  for (const Rate& rate : rates) {
    const std::int64_t amount = rate.inclusive
                                    ? billing::inclusive_tax(net, rate.percentage, inclusive)
                                    : billing::exclusive_tax(net - inside, rate.percentage);
    line["taxes"].push_back(tax_row(rate, amount, net - inside));
    working["taxes"].push_back({{"amount", amount},
                                {"base", rate.inclusive ? net : net - inside},
                                {"inclusive", rate.inclusive},
                                {"percentage", rate.percentage.text()},
                                {"tax_rate", rate.id}});
  }
}

void add_to_totals(Json& totals, const Json& row) {
  for (Json& total : totals) {
    if (total.at("tax_rate_details") != row.at("tax_rate_details")) continue;
    total["amount"] = integer(total, "amount") + integer(row, "amount");
    total["taxable_amount"] = integer(total, "taxable_amount") + integer(row, "taxable_amount");
    return;
  }
  totals.push_back(row);
}

}  // namespace

Json read_tax_rates(store::Transaction& tx, const Json& ids, const std::string& param,
                    std::size_t most) {
  Json rates = Json::array();
  if (!ids.is_array()) return rates;
  if (ids.size() > most) throw api::too_many_items(param, most);
  for (const Json& id : ids) {
    const std::string name = param + "[" + std::to_string(rates.size()) + "]";
    const store::Document rate = api::require_param(tx, "tax_rate", id.get<std::string>(), name);
    if (!boolean(*rate, "active")) {
      throw api::invalid_request("The tax rate " + rate.id() + " is archived and cannot be used.",
                                 name);
    }
    rates.push_back(*rate);
  }
  return rates;
}

Json tax_rate_ids(const Json& tax_rates) {
  if (!tax_rates.is_array() || tax_rates.empty()) return nullptr;
  Json ids = Json::array();
  for (const Json& rate : tax_rates) ids.push_back(rate.at("id"));
  return ids;
}

void apply_taxes(const store::Transaction& tx, Bill& bill) {
  // Stripe: exempt and reverse pay no tax.
  const bool pays = maybe_text(bill.invoice, "customer_tax_exempt").value_or("none") == "none";
  const bool automatic = is_automatic(bill.invoice);
  const LocatedTaxes located = automatic ? taxes_at(tx, bill.invoice.at("customer_shipping"),
                                                    bill.invoice.at("customer_address"))
                                         : LocatedTaxes();
  if (automatic) {
    const bool lost = located.location == TaxLocation::unknown &&
                      lacks_location(tx, bill.invoice.at("customer_shipping"),
                                     bill.invoice.at("customer_address"));
    bill.invoice["automatic_tax"]["status"] = lost ? "requires_location_inputs" : "complete";
  }
  Json totals = Json::array();
  for (std::size_t i = 0; i < bill.lines().size(); ++i) {
    Json& line = bill.lines()[i];
    Json& working = bill.workings()[i];
    line["taxes"] = Json::array();
    working["taxes"] = Json::array();
    if (!pays) continue;
    std::vector<Rate> rates = rates_of(tx, bill, working);
    if (automatic && rates.empty()) rates = located_rates(tx, located, line);
    tax_line(line, working, rates);
    for (const Json& row : line.at("taxes")) add_to_totals(totals, row);
  }
  bill.invoice["total_taxes"] = std::move(totals);
}

}  // namespace okapi::engine
