#include "engine/portal.h"

#include <algorithm>

#include "api/error.h"
#include "base/text.h"
#include "engine/clock.h"
#include "engine/cycle.h"
#include "engine/param_name.h"

namespace okapi::engine {
namespace {

constexpr const char* configuration_kind = "billing_portal.configuration";
constexpr std::size_t most_products = 10;

// --- configurations

Json blank_features() {
  return {
      {"customer_update", {{"allowed_updates", Json::array()}, {"enabled", false}}},
      {"invoice_history", {{"enabled", false}}},
      {"payment_method_update", {{"enabled", false}, {"payment_method_configuration", nullptr}}},
      {"subscription_cancel",
       {{"cancellation_reason",
         {{"enabled", false},
          {"feedback_options", nullptr},
          {"options", Json::array({"too_expensive", "missing_features", "switched_service",
                                   "unused", "other"})}}},
        {"enabled", false},
        {"mode", "at_period_end"},
        {"proration_behavior", "none"}}},
      {"subscription_pause",
       {{"duration", {{"interval_options", Json::array()}, {"type", "indefinite"}}},
        {"enabled", false}}},
      {"subscription_update",
       {{"billing_cycle_anchor", nullptr},
        {"default_allowed_updates", Json::array()},
        {"enabled", false},
        {"products", Json::array()},
        {"proration_behavior", "none"},
        {"schedule_at_period_end", {{"conditions", Json::array()}}},
        {"trial_update_behavior", "end_trial"}}}};
}

// Guess: what the portal's settings page offers before anybody has changed them.
Json default_params() {
  return {{"features",
           {{"customer_update",
             {{"allowed_updates", Json::array({"name", "email", "address", "phone"})},
              {"enabled", true}}},
            {"invoice_history", {{"enabled", true}}},
            {"payment_method_update", {{"enabled", true}}},
            {"subscription_cancel", {{"enabled", true}, {"mode", "at_period_end"}}}}}};
}

// Each product with prices of its own that can be subscribed to.
void check_product(const store::Transaction& tx, const Json& entry, const Place& place) {
  const std::string& product = text(entry, "product");
  if (!tx.find("product", product)) throw api::no_such("product", product, place.of("product"));
  for (const Json& id : entry.at("prices")) {
    const store::Document price = tx.find("price", id.get<std::string>());
    if (!price) throw api::no_such("price", id.get<std::string>(), place.of("prices"));
    if (text(*price, "product") != product) {
      throw api::invalid_request(
          concat("The price ", price.id(), " does not belong to the product ", product, "."),
          place.of("prices"));
    }
    if (!has(*price, "recurring")) {
      throw api::invalid_request("Only recurring prices can be offered in the portal.",
                                 place.of("prices"));
    }
  }
}

void check_features(const store::Transaction& tx, const Json& features) {
  const Json& pause = features.at("subscription_pause");
  if (boolean(pause, "enabled") && at_path(pause, {"duration", "type"}) == "interval_options") {
    throw api::not_implemented(
        "a portal configuration with `features[subscription_pause][duration][type]="
        "interval_options`");
  }
  const Json& update = features.at("subscription_update");
  const Place place("features[subscription_update]");
  const Json& products = update.at("products");
  if (products.size() > most_products) {
    throw api::too_many_items(place.of("products"), most_products);
  }
  std::size_t index = 0;
  for (const Json& entry : products) check_product(tx, entry, place.in("products").at(index++));
  if (!boolean(update, "enabled")) return;
  if (products.empty()) throw api::missing_parameter(place.of("products"));
  if (update.at("default_allowed_updates").empty()) {
    throw api::missing_parameter(place.of("default_allowed_updates"));
  }
}

void merge_features(Json& features, const Json& params) {
  for (const auto& [name, given] : params.items()) {
    for (const auto& [member, value] : given.items()) {
      Json& field = features[name][member];
      if (value.is_object() && field.is_object()) {
        field.update(value);
      } else {
        // Unset lists are empty, not null.
        field = value.is_null() && field.is_array() ? Json::array() : value;
      }
    }
  }
  for (Json& entry : features["subscription_update"]["products"]) {
    Json limits = {{"enabled", false}, {"maximum", nullptr}, {"minimum", 1}};
    if (has(entry, "adjustable_quantity")) limits.update(entry.at("adjustable_quantity"));
    entry["adjustable_quantity"] = std::move(limits);
  }
}

// Differs: Stripe's stand on billing.stripe.com, under a name that is not the id.
void set_login_page(store::Transaction& tx, Json& configuration, bool enabled,
                    const std::string& base_url) {
  const std::string& id = text(configuration, "id");
  const std::string page = concat(base_url, "/p/login/", tx.account_id(), "/test_", id);
  configuration["login_page"] = {{"enabled", enabled}, {"url", enabled ? Json(page) : Json()}};
}

void assign_configuration(store::Transaction& tx, Json& configuration, const Json& params,
                          const std::string& base_url) {
  api::assign_params(configuration, params, {"active", "default_return_url", "name"});
  api::merge_metadata(configuration, params);
  if (has(params, "business_profile")) {
    configuration["business_profile"].update(params.at("business_profile"));
  }
  if (has(params, "features")) merge_features(configuration["features"], params.at("features"));
  check_features(tx, configuration.at("features"));
  if (has(params, "login_page")) {
    set_login_page(tx, configuration, boolean(params.at("login_page"), "enabled"), base_url);
  }
  configuration["updated"] = tx.now();
}

struct NewConfiguration {
  const Json& params;
  const std::string& base_url;
  bool is_default = false;
};

store::Document make_configuration(store::Transaction& tx, const NewConfiguration& wanted) {
  Json configuration = api::default_object(tx, configuration_kind);
  configuration.update({{"active", true},
                        {"business_profile",
                         {{"headline", nullptr},
                          {"privacy_policy_url", nullptr},
                          {"terms_of_service_url", nullptr}}},
                        {"created", tx.now()},
                        {"features", blank_features()},
                        {"is_default", wanted.is_default},
                        {"login_page", {{"enabled", false}, {"url", nullptr}}},
                        {"metadata", Json::object()}});
  assign_configuration(tx, configuration, wanted.params, wanted.base_url);
  store::Document stored = tx.insert(std::move(configuration));
  tx.emit("billing_portal.configuration.created", stored);
  return stored;
}

// Differs: Stripe wants the portal's settings page to be saved first; here the first session does
// it.
store::Document default_configuration(store::Transaction& tx, const std::string& base_url) {
  store::Document found;
  tx.scan_up(configuration_kind, 0, [&](const store::Document& one) {
    if (boolean(*one, "is_default")) found = one;
    return !found;
  });
  if (found) return found;
  return make_configuration(tx,
                            {.params = default_params(), .base_url = base_url, .is_default = true});
}

// --- sessions

// What each flow is about, and the feature that allows it.
struct Flow {
  std::string_view type;
  std::string_view feature;
  bool names_subscription;
};
constexpr Flow flows[] = {{"customer_update", "customer_update", false},
                          {"payment_method_update", "payment_method_update", false},
                          {"subscription_cancel", "subscription_cancel", true},
                          {"subscription_pause", "subscription_pause", true},
                          {"subscription_update", "subscription_update", true},
                          {"subscription_update_confirm", "subscription_update", true}};

api::ApiError disabled(const Flow& flow) {
  const std::string_view what = flow.type == "subscription_cancel"  ? "canceled"
                                : flow.type == "subscription_pause" ? "paused"
                                : flow.names_subscription           ? "updated"
                                                                    : std::string_view();
  if (what.empty()) {
    return api::invalid_request(concat("The ", flow.type,
                                       " flow cannot be used because the feature "
                                       "is disabled in the portal configuration."),
                                "flow_data[type]");
  }
  return api::invalid_request(
      concat("This subscription cannot be ", what, " because the subscription ",
             what == "canceled" ? "cancellation"
             : what == "paused" ? "pause"
                                : "update",
             " feature in the portal configuration is disabled."),
      "flow_data[type]");
}

void check_subscription(store::Transaction& tx, const Json& given, const std::string& customer,
                        const Place& place) {
  const std::string& id = text(given, "subscription");
  const store::Document subscription =
      api::require_param(tx, "subscription", id, place.of("subscription"));
  if (text(*subscription, "customer") != customer) {
    throw api::no_such("subscription", id, place.of("subscription"));
  }
  if (is_ended(*subscription)) {
    throw api::invalid_request("This subscription has ended and cannot be changed any more.",
                               place.of("subscription"));
  }
  if (has(given, "retention")) {
    const Place offer = place.in("retention").in("coupon_offer");
    const std::string& coupon = text(given.at("retention").at("coupon_offer"), "coupon");
    if (!tx.find("coupon", coupon)) throw api::no_such("coupon", coupon, offer.of("coupon"));
  }
}

Json after_completion(const Json& flow_data) {
  Json after = {
      {"hosted_confirmation", nullptr}, {"redirect", nullptr}, {"type", "portal_homepage"}};
  if (has(flow_data, "after_completion")) after.update(flow_data.at("after_completion"));
  if (after["type"] == "redirect" && after["redirect"].is_null()) {
    throw api::missing_parameter("flow_data[after_completion][redirect]");
  }
  return after;
}

Json read_flow(store::Transaction& tx, const Json& params, const Json& features) {
  if (!has(params, "flow_data")) return nullptr;
  const Json& data = params.at("flow_data");
  const std::string& type = text(data, "type");
  const auto known = std::ranges::find(flows, type, &Flow::type);
  if (known == std::end(flows)) {
    throw api::not_implemented(concat("a portal session with `flow_data[type]=", type, "`"));
  }
  if (!boolean(features.at(std::string(known->feature)), "enabled")) throw disabled(*known);
  Json flow = {{"after_completion", after_completion(data)},
               {"customer_update", nullptr},
               {"subscription_cancel", nullptr},
               {"subscription_pause", nullptr},
               {"subscription_update", nullptr},
               {"subscription_update_confirm", nullptr},
               {"type", type}};
  if (known->names_subscription) {
    const Place place = Place("flow_data").in(type);
    if (!has(data, type)) throw api::missing_parameter(place.name());
    check_subscription(tx, data.at(type), text(params, "customer"), place);
    flow[type] = data.at(type);
    if (type == "subscription_cancel" && !has(flow[type], "retention")) {
      flow[type]["retention"] = nullptr;
    }
    if (type == "subscription_update_confirm" && !has(flow[type], "discounts")) {
      flow[type]["discounts"] = nullptr;
    }
  }
  return flow;
}

}  // namespace

store::Document create_portal_configuration(store::Transaction& tx, const Json& params,
                                            const std::string& base_url) {
  return make_configuration(tx, {.params = params, .base_url = base_url});
}

store::Document update_portal_configuration(store::Transaction& tx,
                                            const store::Document& configuration,
                                            const Json& params, const std::string& base_url) {
  Json edited = *configuration;
  if (boolean(edited, "is_default") && has(params, "active") && !boolean(params, "active")) {
    throw api::invalid_request("The default configuration cannot be made inactive.", "active");
  }
  assign_configuration(tx, edited, params, base_url);
  store::Document updated = tx.update(configuration, [&](Json& tree) { tree = std::move(edited); });
  tx.emit("billing_portal.configuration.updated", updated);
  return updated;
}

store::Document create_portal_session(store::Transaction& tx, const Json& params,
                                      const std::string& base_url) {
  for (const char* name : {"after_expiration", "customer_account", "on_behalf_of"}) {
    if (has(params, name)) {
      throw api::not_implemented(concat("a portal session with `", name, "`"));
    }
  }
  if (!has(params, "customer")) throw api::missing_parameter("customer");
  const store::Document customer =
      api::require_param(tx, "customer", text(params, "customer"), "customer");
  enter_time_of(tx, *customer);
  const auto named = maybe_text(params, "configuration");
  const store::Document configuration =
      named ? api::require_param(tx, configuration_kind, *named, "configuration")
            : default_configuration(tx, base_url);
  if (!boolean(*configuration, "active")) {
    throw api::invalid_request("This portal configuration is not active.", "configuration");
  }
  Json session = api::default_object(tx, "billing_portal.session");
  session["configuration"] = configuration.id();
  session["created"] = tx.now();
  session["customer"] = customer.id();
  session["flow"] = read_flow(tx, params, configuration->at("features"));
  session["return_url"] = params.contains("return_url") ? params.at("return_url")
                                                        : configuration->at("default_return_url");
  api::assign_params(session, params, {"locale"});
  // Differs: Stripe's stand on billing.stripe.com and are good for a few minutes; these stay.
  session["url"] = concat(base_url, "/p/session/", tx.account_id(), "/test_", text(session, "id"));
  store::Document stored = tx.insert(std::move(session));
  tx.emit("billing_portal.session.created", stored);
  return stored;
}

}  // namespace okapi::engine
