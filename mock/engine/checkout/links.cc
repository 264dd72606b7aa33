#include "engine/checkout/links.h"

#include <algorithm>

#include "api/error.h"
#include "base/ascii.h"
#include "base/text.h"
#include "engine/checkout/choices.h"
#include "engine/checkout/offer.h"

namespace okapi::engine {
namespace {

constexpr const char* kind = "payment_link";

// What a link and the session of a visit have under the same name.
constexpr const char* shared[] = {"allow_promotion_codes",
                                  "automatic_tax",
                                  "billing_address_collection",
                                  "consent_collection",
                                  "custom_fields",
                                  "custom_text",
                                  "metadata",
                                  "phone_number_collection",
                                  "shipping_address_collection",
                                  "submit_type",
                                  "tax_id_collection"};

void refuse_unsupported(const Json& params) {
  for (const char* name :
       {"application_fee_amount", "application_fee_percent", "on_behalf_of", "transfer_data"}) {
    if (has(params, name) && !params.at(name).empty()) {
      throw api::not_implemented(concat("a payment link with `", name, "`"));
    }
  }
}

Json after_completion(const Json& params) {
  const Json given = params.value("after_completion", Json());
  if (!given.is_object() || text(given, "type") == "hosted_confirmation") {
    const Json message =
        given.is_object() ? at_path(given, {"hosted_confirmation", "custom_message"}) : Json();
    return {{"hosted_confirmation", {{"custom_message", message}}},
            {"type", "hosted_confirmation"}};
  }
  const Json& url = at_path(given, {"redirect", "url"});
  if (url.is_null()) throw api::missing_parameter("after_completion[redirect]");
  return {{"redirect", {{"url", url}}}, {"type", "redirect"}};
}

Json restrictions(const Json& params, std::int64_t count) {
  const Json& limit = at_path(params, {"restrictions", "completed_sessions", "limit"});
  if (limit.is_null()) return nullptr;
  return {{"completed_sessions", {{"count", count}, {"limit", limit}}}};
}

// An object with its members null where the parameters say nothing of them.
Json with_blanks(Json blank, const Json& given) {
  if (given.is_object()) blank.update(given);
  return blank;
}

void assign_fields(Json& link, const Json& params) {
  api::assign_params(
      link, params,
      {"active", "allow_promotion_codes", "billing_address_collection", "consent_collection",
       "custom_fields", "customer_creation", "inactive_message", "name_collection",
       "payment_method_collection", "payment_method_options", "payment_method_types",
       "shipping_address_collection", "submit_type"});
  api::merge_metadata(link, params);
  if (has(params, "custom_text")) link["custom_text"].update(params.at("custom_text"));
  if (params.contains("custom_fields") && params.at("custom_fields").is_null()) {
    link["custom_fields"] = Json::array();
  }
  for (const char* name : {"phone_number_collection", "tax_id_collection"}) {
    if (has(params, name)) link[name].update(params.at(name));
  }
  if (has(params, "automatic_tax")) {
    const bool enabled = boolean(params.at("automatic_tax"), "enabled");
    link["automatic_tax"] = {{"enabled", enabled},
                             {"liability", enabled ? Json({{"type", "self"}}) : Json()}};
  }
  if (has(params, "payment_intent_data")) {
    link["payment_intent_data"] = with_blanks({{"capture_method", nullptr},
                                               {"description", nullptr},
                                               {"metadata", Json::object()},
                                               {"setup_future_usage", nullptr},
                                               {"statement_descriptor", nullptr},
                                               {"statement_descriptor_suffix", nullptr},
                                               {"transfer_group", nullptr}},
                                              params.at("payment_intent_data"));
  }
  if (has(params, "subscription_data")) {
    link["subscription_data"] = with_blanks({{"description", nullptr},
                                             {"invoice_settings",
                                              {{"account_tax_ids", nullptr},
                                               {"custom_fields", nullptr},
                                               {"description", nullptr},
                                               {"footer", nullptr},
                                               {"issuer", {{"type", "self"}}}}},
                                             {"metadata", Json::object()},
                                             {"trial_period_days", nullptr},
                                             {"trial_settings", nullptr}},
                                            params.at("subscription_data"));
  }
  if (has(params, "invoice_creation")) link["invoice_creation"] = params.at("invoice_creation");
}

Json new_link(store::Transaction& tx) {
  Json link = api::default_object(tx, kind);
  link.update({{"active", true},
               {"allow_promotion_codes", false},
               {"automatic_tax", {{"enabled", false}, {"liability", nullptr}}},
               {"billing_address_collection", "auto"},
               {"custom_fields", Json::array()},
               {"custom_text",
                {{"after_submit", nullptr},
                 {"shipping_address", nullptr},
                 {"submit", nullptr},
                 {"terms_of_service_acceptance", nullptr}}},
               {"customer_creation", "if_required"},
               {"metadata", Json::object()},
               {"payment_method_collection", "always"},
               {"phone_number_collection", {{"enabled", false}}},
               {"shipping_options", Json::array()},
               {"submit_type", "auto"},
               {"tax_id_collection", {{"enabled", false}, {"required", "never"}}},
               {"_default_tax_rates", Json::array()},
               {"_discounts", Json::array()}});
  return link;
}

std::string mode_of(const std::vector<PricedLine>& lines) {
  return std::ranges::any_of(lines, is_recurring) ? "subscription" : "payment";
}

void set_choices(store::Transaction& tx, Json& link, const Json& params) {
  if (has(params, "optional_items")) {
    link["optional_items"] = read_optional_items(tx, params.at("optional_items"), link);
  } else if (params.contains("optional_items")) {
    link["optional_items"] = nullptr;
  }
  if (!params.contains("shipping_options")) return;
  link["shipping_options"] =
      read_shipping_options(tx, params.at("shipping_options"), text(link, "currency"));
  if (text(link, "_mode") == "subscription" && !link.at("shipping_options").empty()) {
    throw api::not_implemented("`shipping_options` of a payment link with recurring prices");
  }
}

// The items are shown with their amounts, the link itself has none.
void settle(store::Transaction& tx, Json& link) {
  Json priced = link;
  settle_offer(tx, priced);
  link["_items"] = priced.at("_items");
}

void set_quantities(Json& link, const Json& items) {
  for (const Json& given : items) {
    const auto found = std::ranges::find_if(
        link.at("_lines"), [&](const Json& line) { return line.at("id") == given.at("id"); });
    if (found == link.at("_lines").end()) {
      throw api::no_such("line item", text(given, "id"), "line_items");
    }
    if (has(given, "quantity")) (*found)["quantity"] = given.at("quantity");
    if (has(given, "adjustable_quantity")) {
      (*found)["adjustable_quantity"] = given.at("adjustable_quantity");
    }
  }
}

Json line_params(const Json& line) {
  Json params = {{"price", line.at("price")}, {"metadata", line.at("metadata")}};
  if (has(line, "quantity")) params["quantity"] = line.at("quantity");
  if (has(line, "adjustable_quantity")) {
    params["adjustable_quantity"] = line.at("adjustable_quantity");
  }
  return params;
}

bool is_active_code(const store::Transaction& tx, const std::string& code) {
  bool found = false;
  tx.scan_down("promotion_code", 0, [&](const store::Document& one) {
    found = boolean(*one, "active") && equal_ignoring_case(text(*one, "code"), code);
    return !found;
  });
  return found;
}

Json without_nulls(const Json& given) {
  Json kept = Json::object();
  for (const auto& [name, value] : given.items()) {
    if (!value.is_null()) kept[name] = value;
  }
  return kept;
}

Json session_params(const Json& link, const LinkVisit& visit, const SessionOrigin& origin) {
  Json params = {{"line_items", Json::array()}};
  for (const Json& line : link.at("_lines")) params["line_items"].push_back(line_params(line));
  if (has(link, "optional_items")) {
    for (const Json& item : link.at("optional_items")) {
      params["optional_items"].push_back(without_nulls(item));
    }
  }
  for (const Json& option : link.at("shipping_options")) {
    params["shipping_options"].push_back({{"shipping_rate", option.at("shipping_rate")}});
  }
  const std::string mode = text(link, "_mode");
  params["mode"] = mode;
  for (const char* name : shared) {
    if (has(link, name)) params[name] = link.at(name);
  }
  if (mode == "payment") {
    params["customer_creation"] = link.at("customer_creation");
    for (const char* name : {"invoice_creation", "payment_intent_data"}) {
      if (has(link, name)) params[name] = without_nulls(link.at(name));
    }
  } else {
    params["payment_method_collection"] = link.at("payment_method_collection");
    if (has(link, "subscription_data")) {
      params["subscription_data"] = without_nulls(link.at("subscription_data"));
    }
  }
  const Json& url = at_path(link, {"after_completion", "redirect", "url"});
  params["success_url"] = url.is_string() ? url : Json(concat(origin.base_url, "/"));
  if (!visit.email.empty()) params["customer_email"] = visit.email;
  if (!visit.client_reference_id.empty()) {
    params["client_reference_id"] = visit.client_reference_id;
  }
  return params;
}

}  // namespace

store::Document create_link(store::Transaction& tx, const Json& params,
                            const std::string& base_url) {
  refuse_unsupported(params);
  Json link = new_link(tx);
  std::string currency = maybe_text(params, "currency").value_or("");
  link["_lines"] = read_offer(tx, params, currency);
  link["currency"] = currency;
  const std::vector<PricedLine> lines = from_stored(tx, link.at("_lines"));
  if (lines.empty()) throw api::missing_parameter("line_items");
  link["_mode"] = mode_of(lines);
  check_offer(lines, text(link, "_mode"));
  assign_fields(link, params);
  set_choices(tx, link, params);
  link["after_completion"] = after_completion(params);
  link["restrictions"] = restrictions(params, 0);
  const std::string& id = text(link, "id");
  // Differs: Stripe's stand on buy.stripe.com, under a name that is not the id.
  link["url"] = concat(base_url, "/b/", tx.account_id(), "/test_", id);
  settle(tx, link);
  store::Document stored = tx.insert(std::move(link));
  tx.emit("payment_link.created", stored);
  return stored;
}

store::Document update_link(store::Transaction& tx, const store::Document& link,
                            const Json& params) {
  refuse_unsupported(params);
  Json edited = *link;
  assign_fields(edited, params);
  set_choices(tx, edited, params);
  if (has(params, "after_completion")) edited["after_completion"] = after_completion(params);
  if (params.contains("restrictions")) {
    const Json& count = at_path(edited, {"restrictions", "completed_sessions", "count"});
    edited["restrictions"] = restrictions(params, count.is_null() ? 0 : count.get<std::int64_t>());
  }
  if (has(params, "line_items")) set_quantities(edited, params.at("line_items"));
  settle(tx, edited);
  store::Document updated = tx.update(link, [&](Json& tree) { tree = std::move(edited); });
  if (updated != link) tx.emit("payment_link.updated", updated);
  return updated;
}

store::Document visit_link(store::Transaction& tx, const store::Document& link,
                           const LinkVisit& visit, const SessionOrigin& origin) {
  if (!boolean(*link, "active")) {
    throw api::invalid_request(
        maybe_text(*link, "inactive_message").value_or("This payment link is no longer active."));
  }
  SessionOrigin of_link = origin;
  of_link.link = link.id();
  const store::Document session = create_session(tx, session_params(*link, visit, origin), of_link);
  const bool redeems =
      maybe_boolean(*link, "allow_promotion_codes") && is_active_code(tx, visit.promotion_code);
  return redeems ? redeem_code(tx, session, visit.promotion_code) : session;
}

void count_completed(store::Transaction& tx, const std::string& id) {
  const store::Document link = tx.find(kind, id);
  if (!link || !has(*link, "restrictions")) return;
  const store::Document counted = tx.update(link, [](Json& edited) {
    Json& sessions = edited["restrictions"]["completed_sessions"];
    sessions["count"] = integer(sessions, "count") + 1;
    if (integer(sessions, "count") >= integer(sessions, "limit")) edited["active"] = false;
  });
  tx.emit("payment_link.updated", counted);
}

}  // namespace okapi::engine
