// The portal's first page, and the forms for a card and for billing information.
#include "base/text.h"
#include "hosted/card_form.h"
#include "hosted/portal.h"
#include "paper/words.h"

namespace okapi::hosted {
namespace {

bool is_over(const Json& subscription) {
  const std::string& status = text(subscription, "status");
  return status == "canceled" || status == "incomplete_expired";
}

bool ends(const Json& subscription) {
  return has(subscription, "cancel_at") || maybe_boolean(subscription, "cancel_at_period_end");
}

// What will be billed next, and the usage in it so far.
struct Outlook {
  std::string next;
  Json usage = Json::array();
};

Outlook outlook_of(const Portal& portal, const Json& subscription) {
  Outlook outlook;
  const Json& first = subscription.at("items").at("data").at(0);
  const Seconds end = integer(first, "current_period_end");
  if (ends(subscription)) {
    const Seconds at = maybe_integer(subscription, "cancel_at").value_or(end);
    outlook.next = "Your plan ends on " + paper::long_day(at) + ".";
    return outlook;
  }
  const Answer preview = portal.visit.client().post(
      "/v1/invoices/create_preview",
      {{"customer", portal.customer}, {"subscription", text(subscription, "id")}});
  outlook.next = "Your plan renews on " + paper::long_day(end) + ".";
  if (!preview.ok()) return outlook;
  const std::string& currency = text(preview.body, "currency");
  outlook.next =
      concat("The next invoice is ", paper::money(currency, integer(preview.body, "amount_due")),
             " on ", paper::long_day(end), ".");
  for (const Json& line : preview.body.at("lines").at("data")) {
    const store::Document price = portal.visit.find(
        "price", maybe_text(line.at("pricing").at("price_details"), "price").value_or(""));
    const bool metered = price && at_path(*price, {"recurring", "usage_type"}) == "metered";
    if (!metered) continue;
    outlook.usage.push_back(concat("So far: ", maybe_text(line, "description").value_or(""), ", ",
                                   paper::money(currency, integer(line, "amount"))));
  }
  return outlook;
}

Json subscription_values(const Portal& portal, const Json& subscription) {
  const Json& items = subscription.at("items").at("data");
  const Json& first = items.at(0);
  Outlook outlook = outlook_of(portal, subscription);
  std::string status = text(subscription, "status");
  const std::string status_word = status == "past_due" ? "past due" : status;
  return {{"id", subscription.at("id")},
          {"page", portal.visit.path()},
          {"name", plan_name(portal, first.at("price"))},
          {"price", plan_price(first.at("price"), first.value("quantity", Json()))},
          {"status", status},
          {"status_text", status_word},
          {"next", outlook.next},
          {"usage", outlook.usage},
          // Stripe: plans of several products cannot be changed in the portal (docs, limitations).
          {"may_update",
           portal.allows("subscription_update") && items.size() == 1 && !ends(subscription)},
          {"may_cancel", portal.allows("subscription_cancel") && !ends(subscription)},
          {"may_resume", portal.allows("subscription_cancel") && ends(subscription)},
          {"may_pause",
           portal.allows("subscription_pause") && status != "paused" && !ends(subscription)},
          {"may_wake", portal.allows("subscription_pause") && status == "paused"}};
}

Json subscriptions_of(const Portal& portal) {
  Json rows = Json::array();
  const Json found = portal.visit.client().sure("/v1/subscriptions",
                                                {{"customer", portal.customer}, {"limit", "100"}});
  for (const Json& subscription : found.at("data")) {
    if (!is_over(subscription)) rows.push_back(subscription_values(portal, subscription));
  }
  return rows;
}

std::string card_text(const Json& method) {
  const Json card = method.value("card", Json());
  if (!card.is_object()) return text(method, "type");
  const std::string month = std::to_string(integer(card, "exp_month"));
  std::string brand = text(card, "brand");
  brand[0] = static_cast<char>(brand[0] - 'a' + 'A');
  return concat(brand, " •••• ", text(card, "last4"), ", ", month, "/",
                std::to_string(integer(card, "exp_year")));
}

Json methods_of(const Portal& portal, const Json& customer) {
  Json rows = Json::array();
  const Json& usual = at_path(customer, {"invoice_settings", "default_payment_method"});
  const Json found = portal.visit.client().sure(
      concat("/v1/customers/", portal.customer, "/payment_methods"), {{"limit", "100"}});
  for (const Json& method : found.at("data")) {
    rows.push_back({{"id", method.at("id")},
                    {"page", portal.visit.path()},
                    {"label", card_text(method)},
                    {"is_default", method.at("id") == usual}});
  }
  return rows;
}

Json invoices_of(const Portal& portal) {
  Json rows = Json::array();
  const Json found =
      portal.visit.client().sure("/v1/invoices", {{"customer", portal.customer}, {"limit", "100"}});
  for (const Json& invoice : found.at("data")) {
    if (!has(invoice, "hosted_invoice_url")) continue;
    rows.push_back({{"date", paper::short_day(integer(invoice, "created"))},
                    {"number", invoice.at("number")},
                    {"status", invoice.at("status")},
                    {"amount", paper::money(text(invoice, "currency"), integer(invoice, "total"))},
                    {"url", invoice.at("hosted_invoice_url")}});
  }
  return rows;
}

Json details_of(const Json& customer) {
  Json lines = Json::array();
  for (const char* name : {"name", "email", "phone"}) {
    if (const auto value = maybe_text(customer, name)) lines.push_back(*value);
  }
  for (const std::string& line : paper::address_lines(customer.at("address"))) {
    lines.push_back(line);
  }
  return lines;
}

struct Field {
  const char* update;  // of allowed_updates
  const char* name;
  const char* label;
  const char* autocomplete;
};
constexpr Field fields[] = {{"name", "name", "Name", "name"},
                            {"email", "email", "Email", "email"},
                            {"phone", "phone", "Phone", "tel"},
                            {"address", "line1", "Address", "address-line1"},
                            {"address", "city", "City", "address-level2"},
                            {"address", "postal_code", "Postal code", "postal-code"},
                            {"address", "state", "State", "address-level1"},
                            {"address", "country", "Country (two letters)", "country"}};

}  // namespace

api::Response portal_home(const Portal& portal, const std::string& alert) {
  const Json customer = portal.visit.client().sure("/v1/customers/" + portal.customer);
  Json values = portal.values("Billing");
  values["alert"] = alert;
  values["subscriptions"] = subscriptions_of(portal);
  values["shows_methods"] = portal.allows("payment_method_update");
  values["methods"] = methods_of(portal, customer);
  values["details"] = details_of(customer);
  values["may_edit"] = portal.allows("customer_update");
  values["shows_invoices"] = portal.allows("invoice_history");
  values["invoices"] = invoices_of(portal);
  return portal.shown("portal", std::move(values), alert.empty() ? 200 : 402);
}

api::Response portal_card(const Portal& portal, const std::string& card_error) {
  Json values = portal.values("Add payment method");
  add_card_values(values, portal.visit);
  values["card_error"] = card_error;
  values["number_error"] = !card_error.empty();
  return portal.shown("portal_card", std::move(values), card_error.empty() ? 200 : 402);
}

api::Response portal_details(const Portal& portal, const std::string& alert) {
  const Json customer = portal.visit.client().sure("/v1/customers/" + portal.customer);
  const Json& allowed = portal.feature("customer_update").at("allowed_updates");
  Json values = portal.values("Billing information");
  values["alert"] = alert;
  values["fields"] = Json::array();
  for (const Field& field : fields) {
    bool shown = false;
    for (const Json& update : allowed) shown = shown || update == field.update;
    if (!shown) continue;
    const bool of_address = std::string_view(field.update) == "address";
    const Json& value =
        of_address ? at_path(customer, {"address", field.name}) : at_path(customer, {field.name});
    values["fields"].push_back({{"name", field.name},
                                {"label", field.label},
                                {"autocomplete", field.autocomplete},
                                {"value", value.is_string() ? value : Json("")}});
  }
  return portal.shown("portal_details", std::move(values), alert.empty() ? 200 : 400);
}

}  // namespace okapi::hosted
