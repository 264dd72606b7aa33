// Checkout's page, and payment links that lead to it (api-conventions 10.1, 10.3).
#include "api/error.h"
#include "base/text.h"
#include "hosted/card_form.h"
#include "hosted/checkout_view.h"
#include "hosted/page_list.h"
#include "hosted/view.h"

namespace okapi::hosted {
namespace {

std::string page_path(const Visit& visit) { return "/v1/payment_pages/" + visit.id(); }

Json session_of(const Visit& visit) {
  const Json page = visit.client().sure(page_path(visit), {{"expand[]", "session.line_items"}});
  Json session = page.at("session");
  session["trial_days"] = page.at("trial_days");
  return session;
}

// Where the person goes on to; empty: the page itself says that all is done.
std::string way_on(const Visit& visit, const Json& session) {
  const auto url = maybe_text(session, "success_url");
  if (!url) return {};
  if (const auto link = maybe_text(session, "payment_link")) {
    const store::Document found = visit.find("payment_link", *link);
    if (found && at_path(*found, {"after_completion", "type"}) == "hosted_confirmation") return {};
  }
  constexpr std::string_view place = "{CHECKOUT_SESSION_ID}";
  std::string way = *url;
  for (std::size_t at = way.find(place); at != way.npos; at = way.find(place, at)) {
    way.replace(at, place.size(), visit.id());
  }
  return way;
}

bool is_embedded(const Json& session) {
  const auto mode = maybe_text(session, "ui_mode");
  return mode && !mode->starts_with("hosted");
}

api::Response show_done(const Visit& visit, const Json& session) {
  std::string message =
      text(session, "mode") == "setup" ? "Your card is saved." : "Thank you for your payment.";
  if (const auto link = maybe_text(session, "payment_link")) {
    const store::Document found = visit.find("payment_link", *link);
    const Json& custom =
        found ? at_path(*found, {"after_completion", "hosted_confirmation", "custom_message"})
              : at_path(session, {"none"});
    if (custom.is_string()) message = custom.get<std::string>();
  }
  return show({.name = "done",
               .values = {{"title", "All done"}, {"message", message}},
               .framed = is_embedded(session)});
}

api::Response show_over(const Visit& visit, const Json& session) {
  if (text(session, "status") == "complete") {
    const std::string way = way_on(visit, session);
    return way.empty() ? show_done(visit, session) : redirect_to(way);
  }
  return show({.name = "done",
               .values = {{"title", "This checkout has expired"},
                          {"message", "Go back to where you came from, and start anew."},
                          {"back", session.value("cancel_url", Json())},
                          {"back_text", "Back"}},
               .framed = is_embedded(session)});
}

api::Response draw(const Visit& visit, const Json& session, const CheckoutErrors& errors) {
  View view = {.name = "checkout",
               .values = checkout_values(visit, session, errors),
               .status = errors.any() ? 402 : 200,
               .framed = is_embedded(session)};
  if (const std::string way = way_on(visit, session); !way.empty()) view.leads_to.push_back(way);
  return show(view);
}

// --- what a person does

api::Response set_code(const Visit& visit) {
  const Answer answer =
      visit.client().post(page_path(visit), {{"promotion_code", visit.field("code")}});
  if (answer.ok()) return redirect_to(visit.path());
  return draw(visit, session_of(visit), {.code = answer.message()});
}

api::Response change(const Visit& visit, const Form& form) {
  const Answer answer = visit.client().post(page_path(visit), form);
  if (answer.ok()) return redirect_to(visit.path());
  return draw(visit, session_of(visit), {.other = answer.message()});
}

api::Response set_quantity(const Visit& visit) {
  return change(visit, {{"line_item", visit.field("line")}, {"quantity", visit.field("quantity")}});
}

api::Response set_shipping(const Visit& visit) {
  return change(visit, {{"shipping_rate", visit.field("rate")}});
}

api::Response set_optional_item(const Visit& visit) {
  return change(visit,
                {{"optional_item", visit.field("price")}, {"quantity", visit.field("quantity")}});
}

void add_address(Form& form, const Visit& visit, const std::string& prefix,
                 const std::string& under) {
  for (const char* name : {"line1", "city", "postal_code", "state", "country"}) {
    const std::string value = visit.field(prefix + name);
    if (!value.empty()) form.emplace_back(concat(under, "[", name, "]"), value);
  }
}

Form confirmation_of(const Visit& visit, const Json& session) {
  Form form = {{"customer_details[email]", visit.field("email")}};
  const auto add = [&](const char* param, const std::string& value) {
    if (!value.empty()) form.emplace_back(param, value);
  };
  add("customer_details[name]", visit.field("cardholder"));
  add("customer_details[phone]", visit.field("phone"));
  add_address(form, visit, "billing_", "customer_details[address]");
  if (has(session, "shipping_address_collection")) {
    add("shipping[name]", visit.field("shipping_name"));
    add_address(form, visit, "shipping_", "shipping[address]");
  }
  if (!visit.field("tax_id").empty()) {
    add("tax_id[type]", visit.field("tax_id_type"));
    add("tax_id[value]", visit.field("tax_id"));
    add("customer_details[business_name]", visit.field("business_name"));
  }
  if (!visit.field("terms").empty()) add("consent[terms_of_service]", "accepted");
  add("consent[promotions]", visit.field("promotions").empty() ? "opt_out" : "opt_in");
  const Json& typed = at_path(visit.fields(), {"custom_fields"});
  if (typed.is_object()) {
    for (const auto& [key, value] : typed.items()) {
      if (value.is_string()) {
        form.emplace_back(concat("custom_fields[", key, "]"), value.get<std::string>());
      }
    }
  }
  add("expected_amount", visit.field("expected_amount"));
  return form;
}

// Stripe's message, beside the field that it is about.
CheckoutErrors errors_of(const Answer& answer) {
  if (answer.status == 402) return {.card = answer.message()};
  const std::string param = answer.param();
  if (param == "consent[terms_of_service]") return {.terms = answer.message()};
  if (param == "tax_id") return {.tax_id = "Your tax ID is missing."};
  if (param == "value" || param.starts_with("tax_id[")) return {.tax_id = answer.message()};
  return {.other = answer.message()};
}

api::Response pay(const Visit& visit, const Json& session) {
  if (visit.field("email").empty()) {
    return draw(visit, session, {.email = "Your email is missing."});
  }
  Form form = confirmation_of(visit, session);
  if (needs_card(session)) {
    const TypedCard card = make_card(visit, {{"[email]", visit.field("email")}});
    if (!card.error.empty()) return draw(visit, session, {.card = card.error});
    form.emplace_back("payment_method", card.payment_method);
  }
  const Answer answer = visit.client().post(page_path(visit) + "/confirm", form);
  if (!answer.ok()) {
    return draw(visit, session_of(visit), errors_of(answer));
  }
  const Json& action = at_path(answer.body, {"next_action", "redirect_to_url", "url"});
  return redirect_to(action.is_string() ? action.get<std::string>() : visit.path());
}

}  // namespace

api::Response checkout_page(const Visit& visit) {
  const Json session = session_of(visit);
  if (text(session, "status") != "open") return show_over(visit, session);
  if (!visit.is_post() || fills_card(visit)) {
    CheckoutErrors errors;
    if (!visit.is_post() && visit.field("redirect_status") == "failed") {
      errors.card = "The payment was not approved. Try again, or take another card.";
    }
    return draw(visit, session, errors);
  }
  const std::string wanted = visit.field("do");
  if (wanted == "code") return set_code(visit);
  if (wanted == "quantity") return set_quantity(visit);
  if (wanted == "shipping") return set_shipping(visit);
  if (wanted == "optional_item") return set_optional_item(visit);
  return pay(visit, session);
}

api::Response link_page(const Visit& visit) {
  Form form;
  for (const char* name : {"client_reference_id", "prefilled_email", "prefilled_promo_code"}) {
    if (const std::string value = visit.field(name); !value.empty()) {
      form.emplace_back(name, value);
    }
  }
  const Answer answer = visit.client().post("/v1/payment_pages/for_link/" + visit.id(), form);
  if (!answer.ok()) return show_message(answer.status, "This link leads nowhere", answer.message());
  return redirect_to(text(answer.body, "url"));
}

}  // namespace okapi::hosted
