#include "engine/checkout/buyer.h"

#include <algorithm>

#include "api/error.h"
#include "base/text.h"
#include "engine/checkout/session_fields.h"
#include "engine/clock.h"
#include "engine/new_customer.h"

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

store::Document make_buyer(store::Transaction& tx, const Json& session) {
  Json customer = new_customer(tx);
  const Json details = session.value("customer_details", Json());
  if (details.is_object()) {
    api::assign_params(customer, details, {"address", "email", "name", "phone"});
  }
  const Json& shipping = at_path(session, {"collected_information", "shipping_details"});
  if (shipping.is_object()) {
    customer["shipping"] = {{"address", whole_address(shipping.at("address"))},
                            {"name", shipping.value("name", Json())},
                            {"phone", nullptr}};
  }
  const store::Document made = tx.insert(std::move(customer));
  tx.emit("customer.created", made);
  return made;
}

void update_buyer(store::Transaction& tx, const store::Document& customer, const Json& session) {
  const Json& wanted = session.at("_customer_update");
  const auto asked = [&](const char* name) { return maybe_text(wanted, name) == "auto"; };
  const Json& details = session.at("customer_details");
  const Json& shipping = at_path(session, {"collected_information", "shipping_details"});
  const store::Document updated = tx.update(customer, [&](Json& edited) {
    for (const char* name : {"address", "name"}) {
      if (asked(name) && has(details, name)) edited[name] = details.at(name);
    }
    if (asked("shipping") && shipping.is_object()) {
      edited["shipping"] = {{"address", whole_address(shipping.at("address"))},
                            {"name", shipping.value("name", Json())},
                            {"phone", nullptr}};
    }
  });
  if (updated != customer) tx.emit("customer.updated", updated);
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
  const store::Document made = make_buyer(tx, *session);
  session = tx.update(session, [&](Json& edited) { edited["customer"] = made.id(); });
  return made;
}

}  // namespace okapi::engine
