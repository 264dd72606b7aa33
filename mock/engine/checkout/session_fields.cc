#include "engine/checkout/session_fields.h"

#include "api/error.h"
#include "api/operation.h"
#include "base/text.h"
#include "engine/intents.h"
#include "engine/param_name.h"

namespace okapi::engine {
namespace {

constexpr Seconds shortest_life = 30 * minute;
constexpr Seconds longest_life = 24 * hour;

void refuse_unsupported(const Json& params) {
  for (const char* name : {"customer_account"}) {
    if (has(params, name)) {
      throw api::not_implemented(concat("a Checkout Session with `", name, "`"));
    }
  }
  const auto refuse_inside = [&](const char* data, std::initializer_list<const char*> names) {
    for (const char* name : names) {
      if (at_path(params, {data, name}).is_null()) continue;
      throw api::not_implemented(concat("a Checkout Session with `", data, "[", name, "]`"));
    }
  };
  refuse_inside("payment_intent_data", {"application_fee_amount", "on_behalf_of", "transfer_data"});
  refuse_inside("setup_intent_data", {"on_behalf_of"});
  // Their first invoice is not the sum of the lines.
  refuse_inside("subscription_data",
                {"application_fee_percent", "billing_cycle_anchor", "billing_cycle_anchor_config",
                 "on_behalf_of", "transfer_data"});
}

// Stripe: a business's name takes the place of the customer's, who must be told so.
void check_tax_id_collection(const Json& params) {
  if (!has(params, "customer") || !has(params, "tax_id_collection")) return;
  if (!boolean(params.at("tax_id_collection"), "enabled")) return;
  if (maybe_text(params.value("customer_update", Json::object()), "name") == "auto") return;
  throw api::invalid_request(
      "Tax ID collection requires updating business name on the customer. To enable tax ID "
      "collection for an existing customer, please set `customer_update[name]` to `auto`.",
      "customer_update");
}

void check_urls(const Json& params, const std::string& ui_mode) {
  if (ui_mode == "hosted_page" || ui_mode == "hosted") {
    if (!has(params, "success_url")) throw api::missing_parameter("success_url");
    if (has(params, "return_url")) {
      throw api::invalid_request("`return_url` can only be used with embedded pages.",
                                 "return_url");
    }
    return;
  }
  for (const char* name : {"success_url", "cancel_url"}) {
    if (has(params, name)) {
      throw api::invalid_request(concat("`", name, "` cannot be used with this `ui_mode`."), name);
    }
  }
  const bool never = maybe_text(params, "redirect_on_completion") == "never";
  if (!never && !has(params, "return_url")) throw api::missing_parameter("return_url");
}

void check_life(const Json& params, Seconds now) {
  const auto at = maybe_integer(params, "expires_at");
  if (!at || (*at >= now + shortest_life && *at <= now + longest_life)) return;
  throw api::invalid_request(
      "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session "
      "creation.",
      "expires_at");
}

void check_mode(const Json& params, const std::string& mode) {
  const auto only_in = [&](const char* name, const char* wanted) {
    if (!has(params, name) || mode == wanted) return;
    throw api::invalid_request(concat("You can not pass `", name, "` in `", mode, "` mode."), name);
  };
  only_in("subscription_data", "subscription");
  only_in("payment_intent_data", "payment");
  only_in("setup_intent_data", "setup");
  only_in("invoice_creation", "payment");
  if (mode == "setup") {
    for (const char* name : {"optional_items", "shipping_options"}) only_in(name, "payment");
  }
  if (mode == "subscription" && has(params, "shipping_options")) {
    throw api::not_implemented("`shipping_options` in `subscription` mode");
  }
  if (mode == "setup") {
    if (has(params, "line_items")) {
      throw api::invalid_request("You can not pass `line_items` in `setup` mode.", "line_items");
    }
    if (!has(params, "currency") && named_method_types(params).is_null()) {
      throw api::missing_parameter("currency");
    }
    return;
  }
  if (!has(params, "line_items") || params.at("line_items").empty()) {
    throw api::missing_parameter("line_items");
  }
}

Json switched(const Json& params, const char* name) {
  return {{"enabled", maybe_boolean(params.value(name, Json::object()), "enabled")}};
}

Json automatic_tax(const Json& params) {
  const bool enabled = boolean(switched(params, "automatic_tax"), "enabled");
  return {{"enabled", enabled},
          {"liability", enabled ? Json({{"type", "self"}}) : Json()},
          {"provider", enabled ? Json("stripe") : Json()},
          {"status", enabled ? Json("complete") : Json()}};
}

Json invoice_creation(const Json& params) {
  Json data = {{"account_tax_ids", nullptr},  {"custom_fields", nullptr},
               {"description", nullptr},      {"footer", nullptr},
               {"issuer", nullptr},           {"metadata", Json::object()},
               {"rendering_options", nullptr}};
  const Json given = params.value("invoice_creation", Json::object());
  data.update(given.value("invoice_data", Json::object()));
  return {{"enabled", maybe_boolean(given, "enabled")}, {"invoice_data", std::move(data)}};
}

Json custom_field(const Json& given) {
  Json field = {{"key", given.at("key")},
                {"label", given.at("label")},
                {"optional", maybe_boolean(given, "optional")},
                {"type", given.at("type")}};
  const std::string& type = text(given, "type");
  Json inside = {{"default_value", nullptr}, {"value", nullptr}};
  if (type == "dropdown") {
    inside["options"] = Json::array();
  } else {
    inside["maximum_length"] = nullptr;
    inside["minimum_length"] = nullptr;
  }
  inside.update(given.value(type, Json::object()));
  field[type] = std::move(inside);
  return field;
}

Json custom_fields(const Json& params) {
  Json fields = Json::array();
  for (const Json& given : params.value("custom_fields", Json::array())) {
    fields.push_back(custom_field(given));
  }
  return fields;
}

void set_customer(const store::Transaction& tx, Json& session, const Json& params) {
  session["customer_details"] = nullptr;
  if (const auto email = maybe_text(params, "customer_email")) {
    session["customer_email"] = *email;
    session["customer_details"] = blank_details();
    session["customer_details"]["email"] = *email;
  }
  if (const auto id = maybe_text(params, "customer")) {
    const store::Document customer = tx.find("customer", *id);
    session["customer"] = *id;
    session["customer_details"] = blank_details();
    api::assign_params(session["customer_details"], *customer,
                       {"address", "email", "name", "phone", "tax_exempt"});
    session["_test_clock"] = customer->value("test_clock", Json());
    return;
  }
  const std::string& mode = text(session, "mode");
  if (mode == "subscription") {
    session["customer_creation"] = "always";
  } else if (mode == "payment") {
    const bool invoices = boolean(session.at("invoice_creation"), "enabled");
    session["customer_creation"] = invoices ? "always" : "if_required";
    api::assign_params(session, params, {"customer_creation"});
  }
}

}  // namespace

Json blank_details() {
  return {{"address", nullptr},         {"business_name", nullptr}, {"email", nullptr},
          {"individual_name", nullptr}, {"name", nullptr},          {"phone", nullptr},
          {"tax_exempt", "none"},       {"tax_ids", Json::array()}};
}

void check_session_params(const store::Transaction& tx, const Json& params) {
  const auto mode = maybe_text(params, "mode");
  if (!mode) throw api::missing_parameter("mode");
  refuse_unsupported(params);
  if (has(params, "customer") && has(params, "customer_email")) {
    throw api::only_one_of({"customer", "customer_email"});
  }
  if (has(params, "allow_promotion_codes") && has(params, "discounts") &&
      !params.at("discounts").empty()) {
    throw api::only_one_of({"allow_promotion_codes", "discounts"});
  }
  check_urls(params, maybe_text(params, "ui_mode").value_or("hosted_page"));
  check_mode(params, *mode);
  check_life(params, tx.now());
  check_tax_id_collection(params);
  if (has(params, "customer_creation") && *mode == "subscription") {
    throw api::invalid_request(
        "`customer_creation` can only be used in `payment` and `setup` mode.", "customer_creation");
  }
  if (has(params, "customer_update") && !has(params, "customer")) {
    throw api::invalid_request("`customer_update` can only be used with `customer`.",
                               "customer_update");
  }
}

Json new_session(store::Transaction& tx, const Json& params) {
  Json session = api::default_object(tx, "checkout.session");
  const std::string& mode = text(params, "mode");
  const bool subscribes = mode == "subscription";
  session["created"] = tx.now();
  session["mode"] = mode;
  session["status"] = "open";
  session["payment_status"] = mode == "setup" ? "no_payment_required" : "unpaid";
  session["ui_mode"] = "hosted_page";
  session["expires_at"] = tx.now() + longest_life;
  session["adaptive_pricing"] = switched(params, "adaptive_pricing");
  session["automatic_tax"] = automatic_tax(params);
  session["collected_information"] = {
      {"business_name", nullptr}, {"individual_name", nullptr}, {"shipping_details", nullptr}};
  session["custom_fields"] = custom_fields(params);
  session["custom_text"] = {{"after_submit", nullptr},
                            {"shipping_address", nullptr},
                            {"submit", nullptr},
                            {"terms_of_service_acceptance", nullptr}};
  if (has(params, "custom_text")) session["custom_text"].update(params.at("custom_text"));
  if (mode == "payment") session["invoice_creation"] = invoice_creation(params);
  session["metadata"] = Json::object();
  api::merge_metadata(session, params);
  session["payment_method_collection"] = subscribes ? "always" : "if_required";
  session["payment_method_options"] = {{"card", {{"request_three_d_secure", "automatic"}}}};
  const Json types = named_method_types(params);
  session["payment_method_types"] = types.is_null() ? Json::array({"card"}) : types;
  session["phone_number_collection"] = switched(params, "phone_number_collection");
  session["shipping_options"] = Json::array();
  session["discounts"] = Json::array();
  api::assign_params(session, params,
                     {"allow_promotion_codes",
                      "billing_address_collection",
                      "branding_settings",
                      "cancel_url",
                      "client_reference_id",
                      "currency",
                      "excluded_payment_method_types",
                      "expires_at",
                      "integration_identifier",
                      "locale",
                      "name_collection",
                      "origin_context",
                      "payment_method_collection",
                      "permissions",
                      "redirect_on_completion",
                      "return_url",
                      "saved_payment_method_options",
                      "shipping_address_collection",
                      "submit_type",
                      "success_url",
                      "ui_mode",
                      "wallet_options"});
  if (has(params, "consent_collection")) {
    session["consent_collection"] = {{"payment_method_reuse_agreement", nullptr},
                                     {"promotions", nullptr},
                                     {"terms_of_service", nullptr}};
    session["consent_collection"].update(params.at("consent_collection"));
  }
  if (has(params, "tax_id_collection")) {
    session["tax_id_collection"] = {{"enabled", false}, {"required", "never"}};
    session["tax_id_collection"].update(params.at("tax_id_collection"));
  }
  for (const char* data :
       {"customer_update", "payment_intent_data", "setup_intent_data", "subscription_data"}) {
    session[std::string("_") + data] = params.value(data, Json::object());
  }
  session["_lines"] = Json::array();
  session["_discounts"] = Json::array();
  session["_default_tax_rates"] = Json::array();
  set_customer(tx, session, params);
  return session;
}

}  // namespace okapi::engine
