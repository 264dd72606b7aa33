#include "engine/checkout/buyer.h"

#include <algorithm>

#include "api/error.h"
#include "base/text.h"
#include "engine/checkout/session_fields.h"
#include "engine/clock.h"
#include "engine/new_customer.h"
#include "engine/tax_ids.h"

namespace okapi::engine {
namespace {

void check_custom_value(const Json& field, const std::string& value) {
  const std::string param = concat("custom_fields[", text(field, "key"), "]");
  const std::string& type = text(field, "type");
  const Json& inside = field.at(type);
  const auto refuse = [&](const char* what) {
    throw api::invalid_request(
        concat("Invalid value for the field ", text(field, "key"), ": ", what), param);
  };
  if (type == "dropdown") {
    const Json& options = inside.at("options");
    const bool known = std::ranges::any_of(
        options, [&](const Json& option) { return option.at("value") == value; });
    if (!known) refuse("it is none of the options.");
    return;
  }
  if (type == "numeric" && value.find_first_not_of("0123456789") != value.npos) {
    refuse("only digits are allowed.");
  }
  const auto length = static_cast<std::int64_t>(character_count(value));
  const auto most = maybe_integer(inside, "maximum_length");
  const auto least = maybe_integer(inside, "minimum_length");
  if ((most && length > *most) || (least && length < *least)) refuse("its length is wrong.");
}

void fill_custom_fields(Json& session, const Json& values) {
  for (Json& field : session.at("custom_fields")) {
    const std::string& type = text(field, "type");
    const auto given = values.find(text(field, "key"));
    const Json& otherwise = field.at(type).at("default_value");
    const Json value = given != values.end() && *given != "" ? *given : otherwise;
    if (!value.is_null()) {
      check_custom_value(field, value.get<std::string>());
      field[type]["value"] = value;
    }
  }
}

// Stripe: what the page did not ask for comes with the payment method.
Json typed_details(const Acceptance& acceptance) {
  Json details = Json::object();
  if (acceptance.payment_method && has(*acceptance.payment_method, "billing_details")) {
    const Json& billing = acceptance.payment_method->at("billing_details");
    for (const char* name : {"address", "email", "name", "phone"}) {
      if (has(billing, name)) details[name] = billing.at(name);
    }
  }
  for (const auto& [name, value] : acceptance.details.items()) {
    if (!value.is_null() && value != "") details[name] = value;
  }
  if (has(details, "address")) details["address"] = whole_address(details.at("address"));
  return details;
}

bool wants_customer(const Json& session) {
  return maybe_text(session, "customer_creation") == "always";
}

void fill_consent(Json& session, const Json& given) {
  const Json& asked = session.at("consent_collection");
  if (!asked.is_object()) return;
  Json consent = {{"promotions", nullptr}, {"terms_of_service", nullptr}};
  if (maybe_text(asked, "promotions") == "auto") {
    consent["promotions"] = maybe_text(given, "promotions").value_or("opt_out");
  }
  if (maybe_text(asked, "terms_of_service") == "required") {
    if (!has(given, "terms_of_service")) {
      throw api::invalid_request("You must accept the terms of service.",
                                 "consent[terms_of_service]");
    }
    consent["terms_of_service"] = given.at("terms_of_service");
  }
  session["consent"] = std::move(consent);
}

void fill_tax_id(Json& session, const Json& given) {
  const Json asked = session.value("tax_id_collection", Json());
  if (!asked.is_object() || !boolean(asked, "enabled")) return;
  if (given.is_object()) {
    session["customer_details"]["tax_ids"] = Json::array({given});
    return;
  }
  // Guess: every country counts as one whose tax ids Stripe supports.
  if (maybe_text(asked, "required") == "if_supported") {
    throw api::missing_parameter("tax_id");
  }
}

// Those of the page that the customer has not yet. Stripe: the business's name becomes theirs.
void keep_tax_ids(store::Transaction& tx, const std::string& customer, const Json& details) {
  if (!details.is_object()) return;
  const Json known = shown_tax_ids(tx, customer);
  for (const Json& each : details.at("tax_ids")) {
    if (std::ranges::find(known, each) == known.end()) add_tax_id(tx, customer, each);
  }
}

// What stands on the customer as their name.
Json name_of(const Json& details) {
  return has(details, "business_name") ? details.at("business_name") : details.at("name");
}

store::Document make_buyer(store::Transaction& tx, const Json& session) {
  Json customer = new_customer(tx);
  const Json details = session.value("customer_details", Json());
  if (details.is_object()) {
    api::assign_params(customer, details, {"address", "email", "phone"});
    customer["name"] = name_of(details);
  }
  const Json& shipping = at_path(session, {"collected_information", "shipping_details"});
  if (shipping.is_object()) {
    customer["shipping"] = {{"address", whole_address(shipping.at("address"))},
                            {"name", shipping.value("name", Json())},
                            {"phone", nullptr}};
  }
  store::Document made = tx.insert(std::move(customer));
  tx.emit("customer.created", made);
  keep_tax_ids(tx, made.id(), details);
  return made;
}

void update_buyer(store::Transaction& tx, const store::Document& customer, const Json& session) {
  const Json& wanted = session.at("_customer_update");
  const auto asked = [&](const char* name) { return maybe_text(wanted, name) == "auto"; };
  const Json& details = session.at("customer_details");
  const Json& shipping = at_path(session, {"collected_information", "shipping_details"});
  const store::Document updated = tx.update(customer, [&](Json& edited) {
    if (asked("address") && has(details, "address")) edited["address"] = details.at("address");
    if (asked("name") && !name_of(details).is_null()) edited["name"] = name_of(details);
    if (asked("shipping") && shipping.is_object()) {
      edited["shipping"] = {{"address", whole_address(shipping.at("address"))},
                            {"name", shipping.value("name", Json())},
                            {"phone", nullptr}};
    }
  });
  if (updated != customer) tx.emit("customer.updated", updated);
  keep_tax_ids(tx, customer.id(), details);
}

}  // namespace

store::Document collect_details(store::Transaction& tx, const store::Document& session,
                                const Acceptance& acceptance) {
  const Json typed = typed_details(acceptance);
  return tx.update(session, [&](Json& edited) {
    if (!edited["customer_details"].is_object()) edited["customer_details"] = blank_details();
    edited["customer_details"].update(typed);
    if (acceptance.shipping.is_object()) {
      edited["collected_information"]["shipping_details"] = acceptance.shipping;
    }
    fill_custom_fields(edited, acceptance.custom_fields);
    fill_consent(edited, acceptance.consent);
    fill_tax_id(edited, acceptance.tax_id);
  });
}

store::Document buyer_of(store::Transaction& tx, store::Document& session) {
  if (const auto id = maybe_text(*session, "customer")) {
    const store::Document customer = api::require_param(tx, "customer", *id, "customer");
    enter_time_of(tx, *customer);
    update_buyer(tx, customer, *session);
    return tx.find("customer", *id);
  }
  if (!wants_customer(*session)) return {};
  store::Document made = make_buyer(tx, *session);
  session = tx.update(session, [&](Json& edited) { edited["customer"] = made.id(); });
  return made;
}

}  // namespace okapi::engine
