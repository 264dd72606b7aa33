// Changing a plan in the portal, with what it costs before it is done, and canceling one.
#include <cstdlib>
#include <optional>

#include "base/decimal.h"
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

// "20% off for 3 months."
std::string offer_text(const Json& coupon) {
  const std::string off = paper::coupon_text(coupon);
  const std::string& duration = text(coupon, "duration");
  if (duration == "once") return off + " your next invoice.";
  if (duration == "forever") return off + " for as long as you stay.";
  const std::int64_t months = integer(coupon, "duration_in_months");
  return concat(off, " for ", std::to_string(months), months == 1 ? " month." : " months.");
}

Json item_of(const Json& subscription, const Json& wanted) {
  for (const Json& item : subscription.at("items").at("data")) {
    if (item.at("id") == wanted.value("id", Json())) return item;
  }
  return subscription.at("items").at("data").at(0);
}

std::int64_t quantity_of(const Json& item, std::int64_t otherwise) {
  const Json quantity = item.value("quantity", Json());
  if (quantity.is_string()) return std::strtoll(quantity.get<std::string>().c_str(), nullptr, 10);
  return quantity.is_number_integer() ? quantity.get<std::int64_t>() : otherwise;
}

// How long one period of a price is, for comparing.
std::int64_t days_of(const Json& recurring) {
  const std::string& interval = text(recurring, "interval");
  const std::int64_t days = interval == "year"    ? 365
                            : interval == "month" ? 30
                            : interval == "week"  ? 7
                                                  : 1;
  return days * integer(recurring, "interval_count");
}

// What a period of it costs; empty: tiers and usage say, later.
std::optional<std::int64_t> cost_of(const Json& price, std::int64_t quantity) {
  const auto unit = maybe_decimal(price, "unit_amount_decimal");
  if (!unit) return std::nullopt;
  return round_product(Decimal::from_integer(quantity), *unit, Rounding::half_away_from_zero);
}

bool meets(const std::string& condition, const Json& before, const Json& after,
           std::pair<std::int64_t, std::int64_t> quantities) {
  if (condition == "shortening_interval") {
    return days_of(after.at("recurring")) < days_of(before.at("recurring"));
  }
  const auto was = cost_of(before, quantities.first);
  const auto becomes = cost_of(after, quantities.second);
  return was && becomes && *becomes < *was;
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

bool waits_for_period_end(const Portal& portal, const Json& subscription, const Json& items) {
  const Json& conditions =
      portal.feature("subscription_update").at("schedule_at_period_end").at("conditions");
  for (const Json& wanted : items) {
    const Json item = item_of(subscription, wanted);
    const Json& before = item.at("price");
    const std::int64_t had = quantity_of(item, 1);
    const Json after = has(wanted, "price")
                           ? portal.visit.client().sure("/v1/prices/" + text(wanted, "price"))
                           : before;
    for (const Json& condition : conditions) {
      if (meets(text(condition, "type"), before, after, {had, quantity_of(wanted, had)})) {
        return true;
      }
    }
  }
  return false;
}

std::string offered_coupon(const Portal& portal, const std::string& id) {
  const Json flow = portal.flow();
  const Json& about = at_path(flow, {"subscription_cancel"});
  if (!about.is_object() || text(about, "subscription") != id) return {};
  const Json& coupon = at_path(about, {"retention", "coupon_offer", "coupon"});
  return coupon.is_string() ? coupon.get<std::string>() : std::string();
}

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
  values["later"] = waits_for_period_end(portal, subscription, items);
  if (boolean(values, "later")) {
    const Seconds end = integer(subscription.at("items").at("data").at(0), "current_period_end");
    values["when"] =
        concat("Your plan changes on ", paper::long_day(end), ". Nothing is due today.");
  }
  return portal.shown("portal_confirm", std::move(values), alert.empty() ? 200 : 402);
}

namespace {

// Of a page that is about one plan.
Json plan_values(const Portal& portal, const Json& subscription, const char* title,
                 const std::string& alert) {
  const Json& item = subscription.at("items").at("data").at(0);
  Json values = portal.values(title);
  values["alert"] = alert;
  values["subscription"] = subscription.at("id");
  values["name"] = plan_name(portal, item.at("price"));
  values["price"] = plan_price(item.at("price"), item.value("quantity", Json()));
  return values;
}

}  // namespace

api::Response portal_pause(const Portal& portal, const std::string& id, const std::string& alert) {
  Json values = plan_values(portal, portal.subscription(id), "Pause your plan", alert);
  return portal.shown("portal_pause", std::move(values), alert.empty() ? 200 : 400);
}

api::Response portal_cancel(const Portal& portal, const std::string& id, const std::string& alert) {
  const Json subscription = portal.subscription(id);
  Json values = plan_values(portal, subscription, "Cancel your plan", alert);
  values["when"] = cancel_text(portal, subscription);
  values["asks_reason"] =
      boolean(portal.feature("subscription_cancel").at("cancellation_reason"), "enabled");
  values["reasons"] = reasons_of(portal);
  if (const std::string coupon = offered_coupon(portal, id); !coupon.empty()) {
    values["offer"] = offer_text(portal.visit.client().sure("/v1/coupons/" + coupon));
  }
  return portal.shown("portal_cancel", std::move(values), alert.empty() ? 200 : 400);
}

}  // namespace okapi::hosted
