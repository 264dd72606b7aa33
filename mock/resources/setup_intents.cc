// SetupIntents (api-conventions 9.5): a payment method is tried and kept, without money.
#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "base/text.h"
#include "engine/intents.h"
#include "engine/pending_setup.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "setup_intent";

std::string customer_of(api::Context& ctx) {
  const auto customer = maybe_text(ctx.params, "customer");
  if (!customer) return {};
  return api::require_param(ctx.tx, "customer", *customer, "customer").id();
}

Json new_intent(api::Context& ctx, const std::string& customer) {
  const Json& params = ctx.params;
  Json intent = engine::new_setup_intent(ctx.tx, customer);
  if (const auto usage = maybe_text(params, "usage")) intent["usage"] = *usage;
  if (!engine::take_method_types(intent, params)) {
    const Json given = params.value("automatic_payment_methods", Json::object());
    intent["automatic_payment_methods"] = {
        {"allow_redirects", maybe_text(given, "allow_redirects").value_or("always")},
        {"enabled", true}};
  }
  api::assign_params(intent, params, {"description"});
  api::merge_metadata(intent, params);
  return intent;
}

store::Document confirm_with(api::Context& ctx, const store::Document& intent) {
  const store::Document ready = ctx.tx.update(intent, [&](Json& edited) {
    edited["_base_url"] = ctx.base_url;
    if (const auto url = maybe_text(ctx.params, "return_url")) edited["_return_url"] = *url;
  });
  return engine::confirm_setup(
      ctx.tx, ready,
      {.payment_method = engine::read_payment_method(
           ctx.tx, ctx.params, maybe_text(*intent, "customer").value_or(""))});
}

api::Reply create(api::Context& ctx) {
  for (const char* name : {"attach_to_self", "on_behalf_of", "single_use"}) {
    if (has(ctx.params, name)) {
      throw api::not_implemented(std::string("a SetupIntent with `") + name + "`");
    }
  }
  const std::string customer = customer_of(ctx);
  Json intent = new_intent(ctx, customer);
  const bool confirms = maybe_boolean(ctx.params, "confirm");
  if (!confirms) {
    if (const auto method = engine::read_payment_method(ctx.tx, ctx.params, customer)) {
      intent["payment_method"] = method.id();
      intent["status"] = "requires_confirmation";
    }
  }
  const store::Document made = ctx.tx.insert(std::move(intent));
  ctx.tx.emit("setup_intent.created", made);
  if (!confirms) return made;
  return confirm_with(ctx, made);
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply update(api::Context& ctx) {
  const store::Document intent = api::require(ctx.tx, kind, ctx.path_id);
  const std::string customer = customer_of(ctx);
  const store::Document method = engine::read_payment_method(
      ctx.tx, ctx.params,
      customer.empty() ? maybe_text(*intent, "customer").value_or("") : customer);
  return ctx.tx.update(intent, [&](Json& edited) {
    engine::take_method_types(edited, ctx.params);
    api::assign_params(edited, ctx.params, {"description"});
    api::merge_metadata(edited, ctx.params);
    if (!customer.empty()) edited["customer"] = customer;
    if (!method) return;
    edited["payment_method"] = method.id();
    if (text(edited, "status") == "requires_payment_method") {
      edited["status"] = "requires_confirmation";
    }
  });
}

api::Reply confirm(api::Context& ctx) {
  return confirm_with(ctx, api::require(ctx.tx, kind, ctx.path_id));
}

api::Reply verify(api::Context& ctx) {
  return engine::verify_microdeposits(ctx.tx, api::require(ctx.tx, kind, ctx.path_id), ctx.params);
}

api::Reply cancel(api::Context& ctx) {
  const store::Document intent = api::require(ctx.tx, kind, ctx.path_id);
  const std::string& status = text(*intent, "status");
  if (status == "succeeded" || status == "canceled") {
    throw engine::unexpected_state(
        intent, concat("You cannot cancel this SetupIntent because it has a status of ", status,
                       ". Only a SetupIntent with one of the following statuses may be canceled: "
                       "requires_payment_method, requires_confirmation, requires_action."));
  }
  return engine::cancel_setup_intent(ctx.tx, intent,
                                     ctx.params.value("cancellation_reason", Json()));
}

api::Reply list(api::Context& ctx) { return api::list_by_params(ctx, kind); }

}  // namespace

void register_setup_intents(api::Registry& registry) {
  registry.bind("setup_intents.create", create);
  registry.bind("setup_intents.retrieve", retrieve);
  registry.bind("setup_intents.update", update);
  registry.bind("setup_intents.confirm", confirm);
  registry.bind("setup_intents.cancel", cancel);
  registry.bind("setup_intents.verify_microdeposits", verify);
  registry.bind("setup_intents.list", list);
  registry.index(kind, "customer");
  registry.stored("mandates.retrieve");
  registry.stored("setup_attempts.list");
  registry.index("setup_attempt", "setup_intent");
}

}  // namespace okapi::resources
