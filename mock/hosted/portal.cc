#include "hosted/portal.h"

#include "api/error.h"
#include "base/text.h"
#include "billing/currency.h"
#include "paper/words.h"

namespace okapi::hosted {
namespace {

store::Document configuration_of(const Visit& visit, const Json& session) {
  store::Document found =
      visit.find("billing_portal.configuration", text(session, "configuration"));
  if (!found) throw api::refused_request(404, "The configuration of this portal is gone.");
  return found;
}

std::string interval_text(const Json& recurring) {
  const std::int64_t count = integer(recurring, "interval_count");
  if (count == 1) return "per " + text(recurring, "interval");
  return concat("every ", std::to_string(count), " ", text(recurring, "interval"), "s");
}

}  // namespace

Portal::Portal(const Visit& of)
    : visit(of),
      session(of.require("billing_portal.session")),
      configuration(configuration_of(of, *session)),
      customer(text(*session, "customer")) {}

const Json& Portal::feature(std::string_view name) const {
  return at_path(*configuration, {"features", name});
}

bool Portal::allows(std::string_view name) const { return boolean(feature(name), "enabled"); }

Json Portal::subscription(const std::string& id) const {
  Json found = visit.client().sure("/v1/subscriptions/" + id);
  if (maybe_text(found, "customer") != customer) {
    throw api::no_such_in_path("subscription", id);
  }
  return found;
}

Json Portal::values(const std::string& title) const {
  const Json& headline = at_path(*configuration, {"business_profile", "headline"});
  return {{"title", title},
          {"headline", headline.is_string() ? headline : Json("Manage your billing")},
          {"page", visit.path()},
          {"back", visit.path() + "?view=home"},
          {"return_url", session->at("return_url")}};
}

api::Response Portal::shown(const std::string& name, Json page_values, int status) const {
  View view = {.name = name, .values = std::move(page_values), .status = status};
  // A flow may lead back to the application.
  const Json of_flow = flow();
  const Json& after = at_path(of_flow, {"after_completion", "redirect", "return_url"});
  if (after.is_string()) view.leads_to.push_back(after.get<std::string>());
  return show(view);
}

std::string plan_name(const Portal& portal, const Json& price) {
  const Json& product = price.at("product");
  const std::string id = product.is_string() ? product.get<std::string>() : text(product, "id");
  const store::Document found = portal.visit.find("product", id);
  return found ? text(*found, "name") : id;
}

std::string plan_price(const Json& price, const Json& quantity) {
  const Json& recurring = price.at("recurring");
  const bool metered = text(recurring, "usage_type") == "metered";
  const auto unit = maybe_decimal(price, "unit_amount_decimal");
  std::string words = "in tiers";
  if (unit) words = billing::price_text(text(price, "currency"), *unit);
  if (metered)
    return concat(words, unit ? " per unit" : "", ", by usage, ", interval_text(recurring));
  if (quantity.is_number_integer() && quantity != 1) words = concat(quantity.dump(), " × ", words);
  return concat(words, " ", interval_text(recurring));
}

}  // namespace okapi::hosted
