// What Checkout's own page calls, and the Stripe CLI's triggers (api-conventions 10.1):
// undocumented, so the answer is ours: the session, with what the customer has to do next.
#include "api/error.h"
#include "engine/checkout/completion.h"
#include "engine/checkout/links.h"
#include "engine/checkout/session.h"
#include "engine/clock.h"
#include "engine/intents.h"
#include "engine/settings.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "checkout.session";

store::Document enter_session(api::Context& ctx) {
  store::Document session = api::require(ctx.tx, kind, ctx.path_id);
  const auto id = maybe_text(*session, "customer");
  if (const store::Document customer = id ? ctx.tx.find("customer", *id) : store::Document()) {
    engine::enter_time_of(ctx.tx, *customer);
  }
  return session;
}

// Days that are free, the last one begun included; null: none.
Json trial_days(api::Context& ctx, const Json& session) {
  const Json& data = at_path(session, {"_subscription_data"});
  if (!data.is_object()) return nullptr;
  if (const auto days = maybe_integer(data, "trial_period_days")) return *days;
  const auto end = maybe_integer(data, "trial_end");
  return end ? Json((*end - ctx.now() + day - 1) / day) : Json();
}

Json shown(api::Context& ctx, const store::Document& session) {
  return {{"id", session.id()},
          {"object", "payment_page"},
          {"next_action", engine::next_action_of_session(ctx.tx, *session)},
          {"page_url", session->at("_page")},
          {"session", *session},
          {"trial_days", trial_days(ctx, *session)}};
}

api::Reply retrieve(api::Context& ctx) {
  return shown(ctx, api::require(ctx.tx, kind, ctx.path_id));
}

api::Reply update(api::Context& ctx) {
  store::Document session = enter_session(ctx);
  if (ctx.params.contains("promotion_code")) {
    session =
        engine::redeem_code(ctx.tx, session, maybe_text(ctx.params, "promotion_code").value_or(""));
  }
  if (const auto line = maybe_text(ctx.params, "line_item")) {
    if (!has(ctx.params, "quantity")) throw api::missing_parameter("quantity");
    session = engine::adjust_quantity(ctx.tx, session, *line, integer(ctx.params, "quantity"));
  }
  if (const auto rate = maybe_text(ctx.params, "shipping_rate")) {
    session = engine::take_shipping(ctx.tx, session, *rate);
  }
  if (const auto price = maybe_text(ctx.params, "optional_item")) {
    if (!has(ctx.params, "quantity")) throw api::missing_parameter("quantity");
    session = engine::take_optional_item(ctx.tx, session, *price, integer(ctx.params, "quantity"));
  }
  return shown(ctx, session);
}

api::Reply confirm(api::Context& ctx) {
  const store::Document session = enter_session(ctx);
  engine::Acceptance acceptance = {
      .payment_method = engine::read_payment_method(ctx.tx, ctx.params,
                                                    maybe_text(*session, "customer").value_or("")),
      .details = ctx.params.value("customer_details", Json::object()),
      .shipping = ctx.params.value("shipping", Json()),
      .custom_fields = ctx.params.value("custom_fields", Json::object()),
      .consent = ctx.params.value("consent", Json::object()),
      .tax_id = ctx.params.value("tax_id", Json()),
      .expected_amount = maybe_integer(ctx.params, "expected_amount")};
  return shown(ctx, engine::accept_session(ctx.tx, session, acceptance, engine::settings_of(ctx)));
}

api::Reply visit(api::Context& ctx) {
  const store::Document link = api::require(ctx.tx, "payment_link", ctx.path_id);
  return engine::visit_link(
      ctx.tx, link,
      {.email = maybe_text(ctx.params, "prefilled_email").value_or(""),
       .client_reference_id = maybe_text(ctx.params, "client_reference_id").value_or(""),
       .promotion_code = maybe_text(ctx.params, "prefilled_promo_code").value_or("")},
      {.base_url = ctx.base_url, .version = ctx.version});
}

}  // namespace

void register_payment_pages(api::Registry& registry) {
  registry.bind("payment_pages.retrieve", retrieve);
  registry.bind("payment_pages.update", update);
  registry.bind("payment_pages.confirm", confirm);
  registry.bind("payment_pages.for_link", visit);
}

}  // namespace okapi::resources
