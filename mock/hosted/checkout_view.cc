#include "hosted/checkout_view.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "billing/currency.h"
#include "hosted/card_form.h"
#include "paper/words.h"

namespace okapi::hosted {
namespace {

using paper::money;

const Json& recurring_of(const Json& item) { return at_path(item, {"price", "recurring"}); }

bool is_metered(const Json& item) {
  const Json& recurring = recurring_of(item);
  return recurring.is_object() && text(recurring, "usage_type") == "metered";
}

// "per month", "every 3 months".
std::string interval_text(const Json& recurring) {
  const std::int64_t count = integer(recurring, "interval_count");
  if (count == 1) return "per " + text(recurring, "interval");
  return concat("every ", std::to_string(count), " ", text(recurring, "interval"), "s");
}

std::string unit_text(const Json& price) {
  const auto unit = maybe_decimal(price, "unit_amount_decimal");
  if (text(price, "billing_scheme") == "tiered") return "in tiers";
  if (!unit) return {};
  const Json& package = price.at("transform_quantity");
  const std::string written = billing::price_text(text(price, "currency"), *unit);
  if (!package.is_object()) return written + " per unit";
  return concat(written, " per ", std::to_string(integer(package, "divide_by")), " units");
}

std::string note_of(const Json& item) {
  const Json& recurring = recurring_of(item);
  const Json& price = item.at("price");
  if (is_metered(item)) {
    const std::string unit = unit_text(price);
    return concat("Billed by usage, ", unit, unit.empty() ? "" : ", ", interval_text(recurring));
  }
  std::string note = concat("Qty ", std::to_string(integer(item, "quantity")));
  if (integer(item, "quantity") > 1) note += concat(", ", unit_text(price));
  if (recurring.is_object()) note += concat(", ", interval_text(recurring));
  return note;
}

Json item_values(const Json& item) {
  const Json limits = item.value("adjustable_quantity", Json());
  return {{"id", item.at("id")},
          {"description", item.at("description")},
          {"note", note_of(item)},
          {"amount", is_metered(item)
                         ? std::string("Billed by usage")
                         : money(text(item, "currency"), integer(item, "amount_subtotal"))},
          {"quantity", item.at("quantity")},
          {"adjustable", limits.is_object()},
          {"minimum", limits.is_object() ? limits.at("minimum") : Json(0)},
          {"maximum", limits.is_object() ? limits.at("maximum") : Json(0)}};
}

Json totals_of(const Json& session) {
  const std::string& currency = text(session, "currency");
  const Json& details = session.at("total_details");
  Json totals = Json::array();
  const auto add = [&](const char* label, std::int64_t amount, bool strong) {
    totals.push_back({{"label", label}, {"value", money(currency, amount)}, {"strong", strong}});
  };
  add("Subtotal", integer(session, "amount_subtotal"), false);
  if (const auto off = integer(details, "amount_discount"); off != 0) add("Discount", -off, false);
  if (has(session, "shipping_cost")) {
    add("Shipping", integer(session.at("shipping_cost"), "amount_total"), false);
  }
  if (const auto tax = integer(details, "amount_tax"); tax != 0) add("Tax", tax, false);
  add("Total due today", integer(session, "amount_total"), true);
  return totals;
}

// "3 to 5 business days".
std::string delivery_text(const Json& rate) {
  const Json& estimate = rate.at("delivery_estimate");
  if (!estimate.is_object()) return {};
  const Json& least = estimate.at("minimum");
  const Json& most = estimate.at("maximum");
  const Json& last = most.is_object() ? most : least;
  if (!last.is_object()) return {};
  std::string unit = text(last, "unit");
  std::ranges::replace(unit, '_', ' ');
  std::string words = std::to_string(integer(last, "value"));
  if (least.is_object() && most.is_object()) {
    words = concat(std::to_string(integer(least, "value")), " to ", words);
  } else {
    words = concat(most.is_object() ? "up to " : "at least ", words);
  }
  return concat(words, " ", unit, integer(last, "value") == 1 ? "" : "s");
}

Json shipping_choices(const Visit& visit, const Json& session) {
  Json rows = Json::array();
  const Json& taken = at_path(session, {"shipping_cost", "shipping_rate"});
  for (const Json& option : session.at("shipping_options")) {
    const store::Document rate = visit.find("shipping_rate", text(option, "shipping_rate"));
    if (!rate) continue;
    const std::int64_t amount = integer(option, "shipping_amount");
    rows.push_back({{"id", rate.id()},
                    {"name", rate->at("display_name")},
                    {"delivery", delivery_text(*rate)},
                    {"amount", amount == 0 ? "Free" : money(text(session, "currency"), amount)},
                    {"chosen", taken == rate.id()}});
  }
  return rows;
}

// What may be added still; what was added is among the items, from where it can be taken away.
Json optional_choices(const Visit& visit, const Json& session, const Json& items) {
  Json rows = Json::array();
  const Json offered = session.value("optional_items", Json());
  if (!offered.is_array()) return rows;
  for (const Json& item : offered) {
    const store::Document price = visit.find("price", text(item, "price"));
    if (!price) continue;
    const store::Document product = visit.find("product", text(*price, "product"));
    const bool chosen = std::ranges::any_of(items, [&](const Json& each) {
      return at_path(each, {"price", "id"}) == price.id();
    });
    const Json& recurring = price->at("recurring");
    rows.push_back({{"price", price.id()},
                    {"name", product ? product->at("name") : Json("")},
                    {"each", concat(unit_text(*price),
                                    recurring.is_object() ? ", " + interval_text(recurring) : "")},
                    {"chosen", chosen},
                    {"quantity", chosen ? Json(0) : item.at("quantity")},
                    {"verb", chosen ? "Remove" : "Add"}});
  }
  return rows;
}

// "Then $20.00 per month", of what recurs and is no usage; each interval has a sum of its own.
std::string then_text(const Json& session, const Json& items) {
  std::vector<std::pair<std::string, std::int64_t>> sums;
  bool usage = false;
  std::string of_usage;
  for (const Json& item : items) {
    if (!recurring_of(item).is_object()) continue;
    std::string interval = interval_text(recurring_of(item));
    if (is_metered(item)) {
      usage = true;
      of_usage = std::move(interval);
      continue;
    }
    const auto same = std::ranges::find(sums, interval, [](const auto& sum) { return sum.first; });
    if (same == sums.end()) {
      sums.emplace_back(std::move(interval), integer(item, "amount_subtotal"));
    } else {
      same->second += integer(item, "amount_subtotal");
    }
  }
  if (sums.empty() && !usage) return {};
  if (sums.empty()) sums.emplace_back(of_usage, 0);
  std::string words = "Then ";
  for (const auto& [interval, sum] : sums) {
    if (words.size() > 5) words += " and ";
    words += concat(money(text(session, "currency"), sum), " ", interval);
  }
  if (usage) words += ", and what is used";
  if (const auto days = maybe_integer(session, "trial_days")) {
    words = concat(std::to_string(*days), " days free. ", words);
  }
  return words;
}

std::string headline_of(const Json& session, const Json& items) {
  const std::string& mode = text(session, "mode");
  if (mode == "setup") return "Save a card for later";
  const std::string first = items.empty() ? "" : text(items[0], "description");
  if (mode == "subscription") return concat("Subscribe to ", first);
  return items.size() == 1 ? concat("Pay for ", first) : std::string("Pay Test account");
}

std::string button_of(const Json& session) {
  const std::string& mode = text(session, "mode");
  if (mode == "setup") return "Save card";
  if (mode == "subscription") {
    return has(session, "trial_days") ? "Start trial" : "Subscribe";
  }
  const std::string kind = maybe_text(session, "submit_type").value_or("auto");
  if (kind == "book") return "Book";
  if (kind == "donate") return "Donate";
  return concat("Pay ", money(text(session, "currency"), integer(session, "amount_total")));
}

Json address_values(const Visit& visit, const std::string& prefix, const char* section) {
  Json values = {{"prefix", prefix}, {"section", section}};
  for (const char* name : {"line1", "city", "postal_code", "state", "country"}) {
    values[name] = visit.field(prefix + name);
  }
  return values;
}

Json custom_field_values(const Visit& visit, const Json& field) {
  const std::string& key = text(field, "key");
  const std::string& type = text(field, "type");
  const Json& typed = at_path(visit.fields(), {"custom_fields", key});
  const Json value = typed.is_string() ? typed : field.at(type).at("default_value");
  Json values = {{"key", key},
                 {"label", field.at("label").at("custom")},
                 {"optional", field.at("optional")},
                 {"value", value.is_string() ? value : Json("")},
                 {"dropdown", type == "dropdown"},
                 {"choices", Json::array()}};
  if (type != "dropdown") return values;
  for (const Json& option : field.at("dropdown").at("options")) {
    values["choices"].push_back({{"value", option.at("value")},
                                 {"label", option.at("label")},
                                 {"chosen", option.at("value") == value}});
  }
  return values;
}

// The kinds that people have most often; any other goes in by the API.
constexpr std::pair<const char*, const char*> tax_id_types[] = {
    {"eu_vat", "EU VAT number"},           {"gb_vat", "United Kingdom VAT number"},
    {"us_ein", "United States EIN"},       {"ca_bn", "Canadian BN"},
    {"ca_gst_hst", "Canadian GST/HST"},    {"au_abn", "Australian ABN"},
    {"ch_vat", "Swiss VAT number"},        {"no_vat", "Norwegian VAT number"},
    {"in_gst", "Indian GST number"},       {"jp_cn", "Japanese corporate number"},
    {"br_cnpj", "Brazilian CNPJ"},         {"mx_rfc", "Mexican RFC"},
    {"nz_gst", "New Zealand GST number"},  {"sg_gst", "Singaporean GST number"},
    {"za_vat", "South African VAT number"}};

Json tax_id_values(const Visit& visit, const Json& session) {
  const Json asked = session.value("tax_id_collection", Json());
  if (!asked.is_object() || !boolean(asked, "enabled")) return false;
  Json types = Json::array();
  for (const auto& [type, label] : tax_id_types) {
    types.push_back(
        {{"value", type}, {"label", label}, {"chosen", visit.field("tax_id_type") == type}});
  }
  return {{"business_name", visit.field("business_name")},
          {"optional", maybe_text(asked, "required") != "if_supported"},
          {"types", std::move(types)},
          {"tax_id", visit.field("tax_id")}};
}

void add_consent(Json& values, const Visit& visit, const Json& session) {
  const Json& asked = session.at("consent_collection");
  values["asks_terms"] = asked.is_object() && maybe_text(asked, "terms_of_service") == "required";
  values["asks_promotions"] = asked.is_object() && maybe_text(asked, "promotions") == "auto";
  const Json& words = at_path(session, {"custom_text", "terms_of_service_acceptance", "message"});
  values["terms_text"] = words.is_string() ? words : Json("I agree to the terms of service");
  values["terms"] = !visit.field("terms").empty();
  values["promotions"] = !visit.field("promotions").empty();
}

void add_person(Json& values, const Visit& visit, const Json& session) {
  const Json& known = at_path(session, {"customer_details", "email"});
  values["email"] = visit.is_post() && !visit.field("email").empty()
                        ? Json(visit.field("email"))
                        : (known.is_string() ? known : Json(""));
  // Of a first attempt that failed, it may still be corrected.
  values["email_fixed"] =
      known.is_string() && (has(session, "customer_email") || !has(session, "customer_creation"));
  values["phone"] = visit.field("phone");
  values["asks_phone"] =
      maybe_boolean(session.value("phone_number_collection", Json::object()), "enabled");
  values["shipping"] = false;
  if (has(session, "shipping_address_collection")) {
    values["shipping"] = address_values(visit, "shipping_", "shipping");
    values["shipping"]["name"] = visit.field("shipping_name");
  }
  values["billing"] = false;
  if (maybe_text(session, "billing_address_collection") == "required") {
    values["billing"] = address_values(visit, "billing_", "billing");
  }
  values["custom_fields"] = Json::array();
  for (const Json& field : session.at("custom_fields")) {
    values["custom_fields"].push_back(custom_field_values(visit, field));
  }
}

}  // namespace

bool needs_card(const Json& session) {
  if (text(session, "mode") == "setup") return true;
  return integer(session, "amount_total") > 0 ||
         text(session, "payment_method_collection") == "always";
}

Json checkout_values(const Visit& visit, const Json& session, const CheckoutErrors& errors) {
  const Json items =
      session.contains("line_items") ? session.at("line_items").at("data") : Json::array();
  const bool sells = text(session, "mode") != "setup";
  Json values = {{"title", "Checkout"},
                 {"headline", headline_of(session, items)},
                 {"cancel_url", session.value("cancel_url", Json())},
                 {"has_items", sells},
                 {"items", Json::array()},
                 {"takes_codes", maybe_boolean(session, "allow_promotion_codes")},
                 {"code", visit.field("code")},
                 {"code_error", errors.code},
                 {"email_error", errors.email},
                 {"tax_id_error", errors.tax_id},
                 {"terms_error", errors.terms},
                 {"tax_ids", tax_id_values(visit, session)},
                 {"alert", errors.other},
                 {"action", visit.path()},
                 {"form_title", sells ? "Payment details" : "Card details"},
                 {"needs_card", needs_card(session)},
                 {"button", button_of(session)},
                 {"submit_text", at_path(session, {"custom_text", "submit", "message"})}};
  for (const Json& item : items) values["items"].push_back(item_values(item));
  if (sells) {
    values["amount"] = money(text(session, "currency"), integer(session, "amount_total"));
    values["expected_amount"] = session.at("amount_total");
    values["totals"] = totals_of(session);
    values["then"] = then_text(session, items);
    values["shipping_choices"] = shipping_choices(visit, session);
    values["ships"] = !values["shipping_choices"].empty();
    values["optional_choices"] = optional_choices(visit, session, items);
    values["offers_more"] = !values["optional_choices"].empty();
  }
  if (text(session, "mode") == "subscription") {
    values["renews"] = "It renews until it is canceled.";
  }
  add_person(values, visit, session);
  add_consent(values, visit, session);
  add_card_values(values, visit);
  values["card_error"] = errors.card;
  values["number_error"] = !errors.card.empty();
  return values;
}

}  // namespace okapi::hosted
