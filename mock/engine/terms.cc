#include "engine/terms.h"

#include "base/check.h"
#include "engine/prices.h"

namespace okapi::engine {
namespace {

billing::Interval to_interval(const std::string& word) {
  using enum billing::Interval;
  if (word == "day") return day;
  if (word == "week") return week;
  if (word == "month") return month;
  OKAPI_CHECK(word == "year");
  return year;
}

billing::Tier read_tier(const Json& tier) {
  billing::Tier read;
  if (const auto up_to = maybe_integer(tier, "up_to")) read.up_to = Decimal::from_integer(*up_to);
  read.unit_amount = maybe_decimal(tier, "unit_amount_decimal");
  read.flat_amount = maybe_decimal(tier, "flat_amount_decimal");
  return read;
}

std::optional<billing::Package> read_package(const Json& price) {
  if (!has(price, "transform_quantity")) return std::nullopt;
  const Json& transform = price.at("transform_quantity");
  return billing::Package{.divide_by = integer(transform, "divide_by"),
                          .rounding = text(transform, "round") == "up"
                                          ? billing::PackageRounding::up
                                          : billing::PackageRounding::down};
}

// `amounts` holds the unit amount of the wanted currency: the price itself or one currency option.
billing::Rate read_rate(const Json& price, const Json& amounts, const Json& tiers) {
  billing::Rate rate;
  if (text(price, "billing_scheme") == "tiered") {
    rate.tiers_mode = text(price, "tiers_mode") == "volume" ? billing::TiersMode::volume
                                                            : billing::TiersMode::graduated;
    for (const Json& tier : tiers) rate.tiers.push_back(read_tier(tier));
    return rate;
  }
  // A price whose amount the payer chooses has none of its own.
  rate.unit_amount = maybe_decimal(amounts, "unit_amount_decimal").value_or(Decimal());
  rate.package = read_package(price);
  return rate;
}

}  // namespace

std::optional<PriceTerms> find_price_terms(const store::Transaction& tx, const Json& price,
                                           const std::string& currency) {
  PriceTerms terms;
  terms.id = text(price, "id");
  terms.product = text(price, "product");
  terms.currency = currency.empty() ? text(price, "currency") : currency;
  const store::Document details = price_details(tx, terms.id);
  const bool own_currency = terms.currency == text(price, "currency");
  if (own_currency) {
    terms.rate = read_rate(price, price, details ? at_path(*details, {"tiers"}) : Json());
  } else {
    const Json& option = details ? at_path(*details, {"currency_options", terms.currency}) : Json();
    if (option.is_null()) return std::nullopt;
    terms.rate = read_rate(price, option, at_path(option, {"tiers"}));
  }
  if (has(price, "recurring")) {
    const Json& recurring = price.at("recurring");
    terms.recurring = true;
    terms.recurrence = read_recurrence(recurring);
    terms.metered = text(recurring, "usage_type") == "metered";
    terms.meter = maybe_text(recurring, "meter").value_or("");
  }
  return terms;
}

PriceTerms price_terms(const store::Transaction& tx, std::string_view price,
                       const std::string& currency) {
  const store::Document document = tx.find("price", price);
  OKAPI_CHECK(document);
  const std::optional<PriceTerms> terms = find_price_terms(tx, *document, currency);
  OKAPI_CHECK(terms.has_value());
  return *terms;
}

billing::Recurrence read_recurrence(const Json& recurring) {
  return {.interval = to_interval(text(recurring, "interval")),
          .interval_count = static_cast<int>(integer(recurring, "interval_count"))};
}

bool is_flexible(const Json& subscription) {
  return text(subscription.at("billing_mode"), "type") == "flexible";
}

}  // namespace okapi::engine
