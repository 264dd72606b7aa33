// The portal's login page: a customer asks for a link by their email. Nothing is mailed; what the
// mail would hold stands in the test bar.
#include "api/error.h"
#include "hosted/page_list.h"
#include "hosted/view.h"

namespace okapi::hosted {
namespace {

// Stripe: of several customers with the address, the newest.
Json customer_of(const Visit& visit, const std::string& email) {
  const Json found = visit.client().sure("/v1/customers", {{"email", email}, {"limit", "1"}});
  return found.at("data").empty() ? Json() : found.at("data").at(0);
}

api::Response shown(const Visit& visit, Json values, int status = 200) {
  values["title"] = "Log in";
  values["page"] = visit.path();
  values["email"] = visit.field("email");
  return show({.name = "portal_login", .values = std::move(values), .status = status});
}

}  // namespace

api::Response portal_login_page(const Visit& visit) {
  const store::Document configuration = visit.require("billing_portal.configuration");
  if (!boolean(configuration->at("login_page"), "enabled")) {
    throw api::refused_request(404, "The login page of this portal is switched off.");
  }
  if (!visit.is_post()) return shown(visit, {{"sent", false}});
  const std::string email = visit.field("email");
  if (email.empty()) return shown(visit, {{"error", "Your email is missing."}}, 400);
  const Json customer = customer_of(visit, email);
  // Nobody learns from the page who is a customer.
  if (customer.is_null()) return shown(visit, {{"sent", true}, {"link", false}});
  const Answer session = visit.client().post(
      "/v1/billing_portal/sessions",
      {{"customer", text(customer, "id")}, {"configuration", configuration.id()}});
  if (!session.ok()) return shown(visit, {{"error", session.message()}}, session.status);
  return shown(visit, {{"sent", true}, {"link", text(session.body, "url")}});
}

}  // namespace okapi::hosted
