#include "engine/checkout/session.h"

#include "api/error.h"
#include "base/ascii.h"
#include "base/text.h"
#include "billing/currency.h"
#include "engine/checkout/choices.h"
#include "engine/checkout/offer.h"
#include "engine/checkout/session_fields.h"
#include "engine/collection.h"
#include "engine/discounts.h"
#include "engine/new_subscription.h"
#include "engine/payments.h"
#include "engine/taxes.h"

namespace okapi::engine {
namespace {

DiscountOwner owner_of(const Json& session) {
  return {.customer = maybe_text(session, "customer").value_or(""),
          .currency = maybe_text(session, "currency").value_or(""),
          .counts = false};
}

// Which coupon or code each discount is, as the session shows them.
Json shown_discounts(const store::Transaction& tx, const Json& ids) {
  Json shown = Json::array();
  for (const Json& params : as_discount_params(tx, ids)) {
    shown.push_back({{"coupon", params.value("coupon", Json())},
                     {"promotion_code", params.value("promotion_code", Json())}});
  }
  return shown;
}

void set_session_discounts(store::Transaction& tx, Json& session, const Json& params,
                           const std::string& name) {
  session["_discounts"] = set_discounts(tx, owner_of(session), params, nullptr, name);
  session["discounts"] = shown_discounts(tx, session.at("_discounts"));
}

void check_amount(const Json& session) {
  const std::int64_t total = integer(session, "amount_total");
  const std::string& currency = text(session, "currency");
  const std::int64_t least = billing::minimum_charge(currency);
  if (text(session, "mode") != "payment" || total == 0 || total >= least) return;
  throw api::invalid_request(
      concat("The Checkout Session's total amount due must add up to at least ",
             billing::price_text(currency, Decimal::from_integer(least)), " ", currency),
      {}, "amount_too_small");
}

void set_lines(store::Transaction& tx, Json& session, const Json& params) {
  std::string currency = maybe_text(session, "currency").value_or("");
  session["_lines"] = read_offer(tx, params, currency);
  session["currency"] = currency;
  check_offer(from_stored(tx, session.at("_lines")), text(session, "mode"));
}

// Stripe: the first is taken until the customer takes another.
void set_shipping_options(store::Transaction& tx, Json& session, const Json& params) {
  if (!params.contains("shipping_options")) return;
  session["shipping_options"] =
      read_shipping_options(tx, params.at("shipping_options"), text(session, "currency"));
  session["shipping_cost"] = nullptr;
  if (session.at("shipping_options").empty()) return;
  choose_shipping(session, text(session.at("shipping_options")[0], "shipping_rate"));
}

void set_offer(store::Transaction& tx, Json& session, const Json& params) {
  set_lines(tx, session, params);
  const Json& data = session.at("_subscription_data");
  session["_default_tax_rates"] =
      read_tax_rates(tx, data.value("default_tax_rates", Json()),
                     "subscription_data[default_tax_rates]", most_default_tax_rates);
  if (has(params, "discounts")) {
    if (params.at("discounts").size() > 1) {
      throw api::too_many_items("discounts", 1);
    }
    set_session_discounts(tx, session, params.at("discounts"), "discounts");
  }
  set_shipping_options(tx, session, params);
  if (has(params, "optional_items")) {
    session["optional_items"] = read_optional_items(tx, params.at("optional_items"), session);
  }
  settle_offer(tx, session);
  check_amount(session);
}

void set_address(const store::Transaction& tx, Json& session, const SessionOrigin& origin) {
  const std::string& id = text(session, "id");
  const std::string page = concat(origin.base_url, "/c/pay/", tx.account_id(), "/", id);
  session["_page"] = page;
  const std::string& ui_mode = text(session, "ui_mode");
  if (ui_mode == "hosted_page" || ui_mode == "hosted") {
    session["url"] = page;
  }
}

void set_quantity(Json& line, std::int64_t quantity) {
  const Json& limits = line.at("adjustable_quantity");
  if (!limits.is_object()) {
    throw api::invalid_request("The quantity of this line cannot be adjusted.", "quantity");
  }
  if (quantity < integer(limits, "minimum") || quantity > integer(limits, "maximum")) {
    throw api::invalid_request(
        concat("The quantity must be between ", std::to_string(integer(limits, "minimum")), " and ",
               std::to_string(integer(limits, "maximum")), "."),
        "quantity");
  }
  line["quantity"] = quantity;
}

}  // namespace

store::Document create_session(store::Transaction& tx, const Json& params,
                               const SessionOrigin& origin) {
  check_session_params(tx, params);
  Json session = new_session(tx, params);
  set_address(tx, session, origin);
  const std::string& ui_mode = text(session, "ui_mode");
  if (ui_mode != "hosted_page" && ui_mode != "hosted") {
    const std::string& id = text(session, "id");
    session["client_secret"] = tx.new_id(concat(id, "_secret_"), static_cast<int>(id.size()) + 33);
  }
  if (!origin.link.empty()) session["payment_link"] = origin.link;
  if (text(session, "mode") == "subscription") {
    session["_billing_mode"] =
        billing_mode(session.at("_subscription_data"), origin.version, tx.now());
  }
  if (text(session, "mode") != "setup") set_offer(tx, session, params);
  return tx.insert(std::move(session));
}

store::Document update_session(store::Transaction& tx, const store::Document& session,
                               const Json& params) {
  Json edited = *session;
  if (params.size() > (params.contains("metadata") ? 1U : 0U)) check_open(edited, "updated");
  api::merge_metadata(edited, params);
  const Json& shipping = at_path(params, {"collected_information", "shipping_details"});
  if (!shipping.is_null()) edited["collected_information"]["shipping_details"] = shipping;
  if (has(params, "payment_intent_data")) {
    edited["_payment_intent_data"].update(params.at("payment_intent_data"));
  }
  if (has(params, "line_items")) set_lines(tx, edited, params);
  if (text(edited, "mode") == "payment") set_shipping_options(tx, edited, params);
  if (has(params, "line_items") || params.contains("shipping_options")) {
    settle_offer(tx, edited);
    check_amount(edited);
  }
  return tx.update(session, [&](Json& tree) { tree = std::move(edited); });
}

store::Document redeem_code(store::Transaction& tx, const store::Document& session,
                            const std::string& code) {
  check_open(*session, "updated");
  Json edited = *session;
  if (!maybe_boolean(edited, "allow_promotion_codes")) {
    throw api::invalid_request("This Checkout Session takes no promotion codes.", "promotion_code");
  }
  Json params = Json::array();
  if (!code.empty()) {
    store::Document found;
    // Stripe: codes are matched without regard to case, and one of them is active at a time.
    tx.scan_down("promotion_code", 0, [&](const store::Document& one) {
      if (boolean(*one, "active") && equal_ignoring_case(text(*one, "code"), code)) found = one;
      return !found;
    });
    if (!found) throw api::invalid_request("This code is invalid.", "promotion_code");
    params.push_back({{"promotion_code", found.id()}});
  }
  set_session_discounts(tx, edited, params, "promotion_code");
  settle_offer(tx, edited);
  return tx.update(session, [&](Json& tree) { tree = std::move(edited); });
}

store::Document adjust_quantity(store::Transaction& tx, const store::Document& session,
                                const std::string& line, std::int64_t quantity) {
  check_open(*session, "updated");
  Json edited = *session;
  bool found = false;
  for (Json& stored : edited.at("_lines")) {
    if (text(stored, "id") != line) continue;
    set_quantity(stored, quantity);
    found = true;
  }
  if (!found) throw api::no_such("line item", line, "line_item");
  settle_offer(tx, edited);
  return tx.update(session, [&](Json& tree) { tree = std::move(edited); });
}

store::Document take_shipping(store::Transaction& tx, const store::Document& session,
                              const std::string& rate) {
  check_open(*session, "updated");
  Json edited = *session;
  choose_shipping(edited, rate);
  settle_offer(tx, edited);
  return tx.update(session, [&](Json& tree) { tree = std::move(edited); });
}

store::Document take_optional_item(store::Transaction& tx, const store::Document& session,
                                   const std::string& price, std::int64_t quantity) {
  check_open(*session, "updated");
  Json edited = *session;
  choose_optional_item(tx, edited, price, quantity);
  settle_offer(tx, edited);
  return tx.update(session, [&](Json& tree) { tree = std::move(edited); });
}

void check_open(const Json& session, const char* what) {
  const std::string& status = text(session, "status");
  if (status == "open") return;
  throw api::invalid_request(concat("Only Checkout Sessions with a status in [\"open\"] can be ",
                                    what, ". This Checkout Session has a status of \"", status,
                                    "\"."));
}

store::Document expire_session(store::Transaction& tx, const store::Document& session) {
  check_open(*session, "expired");
  // Stripe: nobody can pay any more (docs, Checkout lifecycle).
  const auto invoice = maybe_text(*session, "invoice");
  if (invoice && text(*session, "mode") == "payment") {
    void_invoice(tx, tx.find("invoice", *invoice));
  } else if (const auto intent = maybe_text(*session, "payment_intent")) {
    cancel_payment_intent(tx, *intent, "abandoned");
  }
  store::Document expired = tx.update(session, [](Json& edited) {
    edited["status"] = "expired";
    edited["url"] = nullptr;
    edited["client_secret"] = nullptr;
  });
  tx.emit("checkout.session.expired", expired);
  return expired;
}

void expire_session_by_itself(store::Transaction& tx, const store::Document& session,
                              const api::Settings&) {
  expire_session(tx, session);
}

void session_due(const Json& session, std::vector<store::Due>& due) {
  if (text(session, "status") != "open") return;
  due.push_back({.at = integer(session, "expires_at"),
                 .rank = 8,
                 .action = "expire",
                 .clock = maybe_text(session, "_test_clock").value_or("")});
}

std::vector<Json> items_of_session(const store::Transaction& tx, const Json& session) {
  return offered_items(tx, session);
}

std::vector<PricedLine> lines_of_session(const store::Transaction& tx, const Json& session) {
  return from_stored(tx, session.at("_lines"));
}

Json discounts_of_session(const store::Transaction& tx, const Json& session) {
  return as_discount_params(tx, session.at("_discounts"));
}

}  // namespace okapi::engine
