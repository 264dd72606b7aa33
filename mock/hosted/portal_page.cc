// The customer portal (api-conventions 10.2): which of its pages a visit wants, and what it does.
#include "api/error.h"
#include "base/text.h"
#include "hosted/card_form.h"
#include "hosted/page_list.h"
#include "hosted/portal.h"

namespace okapi::hosted {
namespace {

void require_feature(const Portal& portal, std::string_view name) {
  if (portal.allows(name)) return;
  throw api::refused_request(403, "The configuration of this portal does not allow that.");
}

// A flow ends where its after_completion says, everything else on the portal's first page.
api::Response finish(const Portal& portal) {
  const Json flow = portal.flow();
  const Json& after = at_path(flow, {"after_completion", "type"});
  const std::string home = portal.visit.path() + "?view=home";
  if (after == "redirect") {
    return redirect_to(
        at_path(flow, {"after_completion", "redirect", "return_url"}).get<std::string>());
  }
  if (after != "hosted_confirmation") return redirect_to(home);
  const Json& message =
      at_path(flow, {"after_completion", "hosted_confirmation", "custom_message"});
  const Json& back = portal.session->at("return_url");
  Json values = portal.values("All done");
  values["message"] = message.is_string() ? message : Json("Your changes are saved.");
  values["back"] = back.is_string() ? back : Json(home);
  values["back_text"] = "Back";
  return portal.shown("done", std::move(values));
}

// --- what a person does

api::Response cancel(const Portal& portal) {
  require_feature(portal, "subscription_cancel");
  const std::string id = portal.visit.field("subscription");
  const Json subscription = portal.subscription(id);
  const Json& feature = portal.feature("subscription_cancel");
  Form form;
  if (const std::string reason = portal.visit.field("feedback"); !reason.empty()) {
    form.emplace_back("cancellation_details[feedback]", reason);
  }
  Answer answer;
  if (text(feature, "mode") == "immediately") {
    const bool prorates = text(feature, "proration_behavior") != "none";
    form.emplace_back("prorate", prorates ? "true" : "false");
    form.emplace_back("invoice_now",
                      text(feature, "proration_behavior") == "always_invoice" ? "true" : "false");
    answer = portal.visit.client().del("/v1/subscriptions/" + id, form);
  } else {
    // Stripe: with flexible billing the portal sets cancel_at alone.
    const bool flexible = at_path(subscription, {"billing_mode", "type"}) == "flexible";
    form.emplace_back(flexible ? "cancel_at" : "cancel_at_period_end",
                      flexible ? "min_period_end" : "true");
    answer = portal.visit.client().post("/v1/subscriptions/" + id, form);
  }
  return answer.ok() ? finish(portal) : portal_cancel(portal, id, answer.message());
}

// Stays, for the coupon that the flow offers.
api::Response accept_offer(const Portal& portal) {
  require_feature(portal, "subscription_cancel");
  const std::string id = portal.visit.field("subscription");
  (void)portal.subscription(id);
  const std::string coupon = offered_coupon(portal, id);
  if (coupon.empty()) throw api::refused_request(400, "This portal makes no such offer.");
  const Answer answer =
      portal.visit.client().post("/v1/subscriptions/" + id, {{"discounts[0][coupon]", coupon}});
  return answer.ok() ? finish(portal) : portal_cancel(portal, id, answer.message());
}

api::Response resume(const Portal& portal) {
  require_feature(portal, "subscription_cancel");
  const std::string id = portal.visit.field("subscription");
  const Json subscription = portal.subscription(id);
  const bool at_period_end = maybe_boolean(subscription, "cancel_at_period_end");
  const Form form = {at_period_end ? std::pair("cancel_at_period_end", "false")
                                   : std::pair("cancel_at", "")};
  const Answer answer = portal.visit.client().post("/v1/subscriptions/" + id, form);
  return portal_home(portal, answer.ok() ? std::string() : answer.message());
}

// Stripe: what was paid for and is not used is given back with the next invoice (types, pause).
api::Response pause(const Portal& portal) {
  require_feature(portal, "subscription_pause");
  const std::string id = portal.visit.field("subscription");
  (void)portal.subscription(id);
  const Answer answer = portal.visit.client().post(concat("/v1/subscriptions/", id, "/pause"),
                                                   {{"type", "subscription"}});
  return answer.ok() ? finish(portal) : portal_pause(portal, id, answer.message());
}

api::Response wake(const Portal& portal) {
  require_feature(portal, "subscription_pause");
  const std::string id = portal.visit.field("subscription");
  (void)portal.subscription(id);
  const Answer answer = portal.visit.client().post(concat("/v1/subscriptions/", id, "/resume"));
  return portal_home(portal, answer.ok() ? std::string() : answer.message());
}

Json items_of_form(const Visit& visit) {
  Json items = Json::array();
  const Json& given = at_path(visit.fields(), {"items"});
  if (given.is_object()) {
    for (const Json& item : given) items.push_back(item);
  }
  return items;
}

// What a phase of a schedule says of an item of the subscription, with what the customer wants.
void add_phase_item(Form& form, const std::string& place, const Json& item, const Json& wanted) {
  const auto say = [&](const char* name, const Json& value) {
    form.emplace_back(concat(place, "[", name, "]"),
                      value.is_string() ? value.get<std::string>() : value.dump());
  };
  say("price", has(wanted, "price") ? wanted.at("price") : item.at("price").at("id"));
  const Json& quantity =
      has(wanted, "quantity") ? wanted.at("quantity") : at_path(item, {"quantity"});
  if (!quantity.is_null()) say("quantity", quantity);
}

// Stripe: a change that waits becomes a schedule, which lets the subscription go once it is done.
Answer change_at_period_end(const Portal& portal, const Json& subscription, const Json& items) {
  const Client client = portal.visit.client();
  std::string schedule = maybe_text(subscription, "schedule").value_or("");
  if (schedule.empty()) {
    Answer made = client.post("/v1/subscription_schedules",
                              {{"from_subscription", text(subscription, "id")}});
    if (!made.ok()) return made;
    schedule = text(made.body, "id");
  }
  const Json& held = subscription.at("items").at("data");
  const Json& first = held.at(0);
  Form form = {{"end_behavior", "release"},
               {"phases[0][start_date]", std::to_string(integer(first, "current_period_start"))},
               {"phases[0][end_date]", std::to_string(integer(first, "current_period_end"))},
               {"phases[1][proration_behavior]", "none"}};
  std::size_t index = 0;
  for (const Json& item : held) {
    Json wanted = Json::object();
    for (const Json& each : items) {
      if (each.value("id", Json()) == item.at("id")) wanted = each;
    }
    const std::string place = concat("[items][", std::to_string(index++), "]");
    add_phase_item(form, "phases[0]" + place, item, Json::object());
    add_phase_item(form, "phases[1]" + place, item, wanted);
  }
  return client.post("/v1/subscription_schedules/" + schedule, form);
}

api::Response update(const Portal& portal) {
  require_feature(portal, "subscription_update");
  const std::string id = portal.visit.field("subscription");
  const Json subscription = portal.subscription(id);
  const Json items = items_of_form(portal.visit);
  const Answer answer =
      waits_for_period_end(portal, subscription, items)
          ? change_at_period_end(portal, subscription, items)
          : portal.visit.client().post("/v1/subscriptions/" + id, update_form(portal, items, ""));
  return answer.ok() ? finish(portal) : portal_confirm(portal, id, items, answer.message());
}

api::Response make_default(const Portal& portal, const std::string& method) {
  const Answer answer = portal.visit.client().post(
      "/v1/customers/" + portal.customer, {{"invoice_settings[default_payment_method]", method}});
  return answer.ok() ? finish(portal) : portal_home(portal, answer.message());
}

// Kept by a SetupIntent, so that a card that wants authentication asks for it here.
api::Response add_card(const Portal& portal) {
  require_feature(portal, "payment_method_update");
  const TypedCard card = make_card(portal.visit);
  if (!card.error.empty()) return portal_card(portal, card.error);
  const Answer answer = portal.visit.client().post(
      "/v1/setup_intents", {{"customer", portal.customer},
                            {"payment_method", card.payment_method},
                            {"confirm", "true"},
                            {"return_url", portal.visit.url() + "?view=card_kept"}});
  if (!answer.ok()) return portal_card(portal, answer.message());
  const Json& action = at_path(answer.body, {"next_action", "redirect_to_url", "url"});
  if (action.is_string()) return redirect_to(action.get<std::string>());
  return make_default(portal, card.payment_method);
}

// Back from the bank.
api::Response card_kept(const Portal& portal) {
  const std::string id = portal.visit.field("setup_intent");
  const Answer answer = portal.visit.client().get("/v1/setup_intents/" + id);
  const bool kept = answer.ok() && maybe_text(answer.body, "customer") == portal.customer &&
                    text(answer.body, "status") == "succeeded";
  if (!kept) return portal_card(portal, "The card was not approved. Try again.");
  return make_default(portal, text(answer.body, "payment_method"));
}

// The customer's own, or it stays untouched.
bool owns(const Portal& portal, const std::string& method) {
  const store::Document found = portal.visit.find("payment_method", method);
  return found && maybe_text(*found, "customer") == portal.customer;
}

api::Response choose_card(const Portal& portal, bool removes) {
  require_feature(portal, "payment_method_update");
  const std::string method = portal.visit.field("payment_method");
  if (!owns(portal, method)) throw api::no_such_in_path("payment_method", method);
  if (!removes) return make_default(portal, method);
  const Answer answer =
      portal.visit.client().post(concat("/v1/payment_methods/", method, "/detach"));
  return portal_home(portal, answer.ok() ? std::string() : answer.message());
}

// An address is replaced as a whole, so what is left empty is gone.
void add_address(Form& form, const Visit& visit) {
  const std::size_t before = form.size();
  for (const char* part : {"line1", "city", "postal_code", "state", "country"}) {
    const std::string value = visit.field(part);
    if (!value.empty()) form.emplace_back(concat("address[", part, "]"), value);
  }
  if (form.size() == before) form.emplace_back("address", "");
}

api::Response save_details(const Portal& portal) {
  require_feature(portal, "customer_update");
  Form form;
  for (const Json& update : portal.feature("customer_update").at("allowed_updates")) {
    const std::string name = update.get<std::string>();
    if (name == "address") {
      add_address(form, portal.visit);
    } else if (portal.visit.fields().contains(name)) {
      form.emplace_back(name, portal.visit.field(name));
    }
  }
  const Answer answer = portal.visit.client().post("/v1/customers/" + portal.customer, form);
  return answer.ok() ? finish(portal) : portal_details(portal, answer.message());
}

api::Response act(const Portal& portal) {
  const std::string wanted = portal.visit.field("do");
  if (wanted == "cancel") return cancel(portal);
  if (wanted == "accept_offer") return accept_offer(portal);
  if (wanted == "resume") return resume(portal);
  if (wanted == "pause") return pause(portal);
  if (wanted == "wake") return wake(portal);
  if (wanted == "update") return update(portal);
  if (wanted == "add_card") return add_card(portal);
  if (wanted == "default_card") return choose_card(portal, false);
  if (wanted == "remove_card") return choose_card(portal, true);
  if (wanted == "details") return save_details(portal);
  throw api::refused_request(400, "The portal does not know how to do that.");
}

// --- which page

Json items_of_query(const Visit& visit) {
  Json item = {{"id", visit.field("item")}};
  for (const char* name : {"price", "quantity"}) {
    if (const std::string value = visit.field(name); !value.empty()) item[name] = value;
  }
  return Json::array({std::move(item)});
}

api::Response show_flow(const Portal& portal, const Json& flow) {
  const std::string& type = text(flow, "type");
  if (type == "payment_method_update") return portal_card(portal, {});
  if (type == "customer_update") return portal_details(portal, {});
  const Json& about = flow.at(type);
  const std::string& id = text(about, "subscription");
  if (type == "subscription_cancel") return portal_cancel(portal, id, {});
  if (type == "subscription_pause") return portal_pause(portal, id, {});
  if (type == "subscription_update") return portal_plans(portal, id, {});
  return portal_confirm(portal, id, about.at("items"), {});
}

api::Response look(const Portal& portal) {
  const std::string view = portal.visit.field("view");
  const std::string subscription = portal.visit.field("subscription");
  if (view.empty() && portal.flow().is_object()) return show_flow(portal, portal.flow());
  if (view == "card" || view == "card_kept") {
    require_feature(portal, "payment_method_update");
    return view == "card" ? portal_card(portal, {}) : card_kept(portal);
  }
  if (view == "details") {
    require_feature(portal, "customer_update");
    return portal_details(portal, {});
  }
  if (view == "cancel") {
    require_feature(portal, "subscription_cancel");
    return portal_cancel(portal, subscription, {});
  }
  if (view == "pause") {
    require_feature(portal, "subscription_pause");
    return portal_pause(portal, subscription, {});
  }
  if (view == "update" || view == "confirm") {
    require_feature(portal, "subscription_update");
    return view == "update"
               ? portal_plans(portal, subscription, {})
               : portal_confirm(portal, subscription, items_of_query(portal.visit), {});
  }
  return portal_home(portal, {});
}

}  // namespace

api::Response portal_page(const Visit& visit) {
  const Portal portal(visit);
  if (visit.is_post() && fills_card(visit)) return portal_card(portal, {});
  return visit.is_post() ? act(portal) : look(portal);
}

}  // namespace okapi::hosted
