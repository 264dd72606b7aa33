// Changing a plan in the portal, with what it costs before it is done, and canceling one.
#include "base/text.h"
#include "hosted/documents.h"
#include "hosted/portal.h"
#include "paper/words.h"

namespace okapi::hosted {
namespace {

bool may_change(const Portal& portal, const char* what) {
  for (const Json& update : portal.feature("subscription_update").at("default_allowed_updates")) {
    if (update == what) return true;
  }
  return false;
}

Json plans_of(const Portal& portal, const Json& current) {
  Json plans = Json::array();
  for (const Json& entry : portal.feature("subscription_update").at("products")) {
    for (const Json& id : entry.at("prices")) {
      const store::Document price = portal.visit.find("price", id.get<std::string>());
      if (!price) continue;
      const bool chosen = id == current.at("price").at("id");
      if (!chosen && !may_change(portal, "price")) continue;
      plans.push_back({{"id", id},
                       {"name", plan_name(portal, *price)},
                       {"price", plan_price(*price, nullptr)},
                       {"chosen", chosen}});
    }
  }
  return plans;
}

// Stripe: the words of its own page.
std::string reason_text(std::string_view reason) {
  if (reason == "too_expensive") return "It’s too expensive";
  if (reason == "missing_features") return "I need more features";
  if (reason == "switched_service") return "I found an alternative";
  if (reason == "unused") return "I no longer need it";
  if (reason == "customer_service") return "Customer service was less than expected";
  if (reason == "too_complex") return "Ease of use was less than expected";
  if (reason == "low_quality") return "Quality was less than expected";
  return "Other reason";
}

Json reasons_of(const Portal& portal) {
  Json rows = Json::array();
  for (const Json& option :
       portal.feature("subscription_cancel").at("cancellation_reason").at("options")) {
    rows.push_back({{"value", option}, {"label", reason_text(option.get<std::string>())}});
  }
  return rows;
}

std::string cancel_text(const Portal& portal, const Json& subscription) {
  if (text(portal.feature("subscription_cancel"), "mode") == "immediately") {
    return "Your plan ends at once.";
  }
  const Json& first = subscription.at("items").at("data").at(0);
  return concat("Your plan goes on until ", paper::long_day(integer(first, "current_period_end")),
                " and then ends.");
}

std::string when_text(const Portal& portal, const Json& preview) {
  const std::string due = paper::money(text(preview, "currency"), integer(preview, "amount_due"));
  if (text(portal.feature("subscription_update"), "proration_behavior") == "always_invoice") {
    return concat(due, " is due today.");
  }
  return concat(due, " is what the next invoice comes to.");
}

Json item_inputs(const Json& items) {
  Json inputs = Json::array();
  for (const Json& item : items) {
    Json input = {{"index", inputs.size()}, {"id", item.at("id")}};
    for (const char* name : {"price", "quantity"}) {
      input[name] = has(item, name) ? item.at(name) : Json(false);
    }
    inputs.push_back(std::move(input));
  }
  return inputs;
}

}  // namespace

Form update_form(const Portal& portal, const Json& items, const std::string& prefix) {
  const auto under = [&](const std::string& name) {
    if (prefix.empty()) return name;
    const std::size_t bracket = std::min(name.find('['), name.size());
    return concat(prefix, "[", name.substr(0, bracket), "]", name.substr(bracket));
  };
  Form form;
  std::size_t index = 0;
  for (const Json& item : items) {
    const std::string place = concat("items[", std::to_string(index++), "]");
    for (const char* name : {"id", "price", "quantity"}) {
      if (!has(item, name)) continue;
      const Json& value = item.at(name);
      form.emplace_back(under(concat(place, "[", name, "]")),
                        value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
  const Json& feature = portal.feature("subscription_update");
  form.emplace_back(under("proration_behavior"), text(feature, "proration_behavior"));
  return form;
}

api::Response portal_plans(const Portal& portal, const std::string& id, const std::string& alert) {
  const Json subscription = portal.subscription(id);
  const Json& item = subscription.at("items").at("data").at(0);
  Json values = portal.values("Update your plan");
  values["alert"] = alert;
  values["subscription"] = id;
  values["item"] = item.at("id");
  values["plans"] = plans_of(portal, item);
  values["asks_quantity"] = may_change(portal, "quantity") && item.contains("quantity");
  values["quantity"] = item.value("quantity", Json(1));
  return portal.shown("portal_plans", std::move(values), alert.empty() ? 200 : 400);
}

api::Response portal_confirm(const Portal& portal, const std::string& id, const Json& items,
                             const std::string& alert) {
  const Json subscription = portal.subscription(id);
  Form form = {{"customer", portal.customer}, {"subscription", id}};
  for (auto& entry : update_form(portal, items, "subscription_details")) {
    form.push_back(std::move(entry));
  }
  const Answer preview = portal.visit.client().post("/v1/invoices/create_preview", form);
  if (!preview.ok()) return portal_plans(portal, id, preview.message());
  const paper::Sheet sheet = paper::invoice_sheet(preview.body, lookup_of(portal.visit));
  Json values = sheet_values(sheet);
  values.update(portal.values("Confirm your updates"));
  const Json& first = items.at(0);
  const Json price = portal.visit.client().sure(
      "/v1/prices/" + (has(first, "price")
                           ? text(first, "price")
                           : text(subscription.at("items").at("data").at(0).at("price"), "id")));
  values["alert"] = alert;
  values["subscription"] = id;
  values["name"] = plan_name(portal, price);
  values["price"] = plan_price(price, nullptr);
  values["items"] = item_inputs(items);
  values["when"] = when_text(portal, preview.body);
  return portal.shown("portal_confirm", std::move(values), alert.empty() ? 200 : 402);
}

api::Response portal_cancel(const Portal& portal, const std::string& id, const std::string& alert) {
  const Json subscription = portal.subscription(id);
  const Json& item = subscription.at("items").at("data").at(0);
  Json values = portal.values("Cancel your plan");
  values["alert"] = alert;
  values["subscription"] = id;
  values["name"] = plan_name(portal, item.at("price"));
  values["price"] = plan_price(item.at("price"), item.value("quantity", Json()));
  values["when"] = cancel_text(portal, subscription);
  values["asks_reason"] =
      boolean(portal.feature("subscription_cancel").at("cancellation_reason"), "enabled");
  values["reasons"] = reasons_of(portal);
  return portal.shown("portal_cancel", std::move(values), alert.empty() ? 200 : 400);
}

}  // namespace okapi::hosted
