// Refunds (api-conventions 9.6).
#include "engine/refunds.h"

#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "refund";

api::Reply create(api::Context& ctx) {
  const Json& params = ctx.params;
  for (const char* name : {"customer", "origin", "refund_application_fee", "reverse_transfer"}) {
    if (has(params, name)) throw api::not_implemented(std::string("a refund with `") + name + "`");
  }
  const auto charge = maybe_text(params, "charge");
  const auto intent = maybe_text(params, "payment_intent");
  if (!charge && !intent) {
    throw api::invalid_request(
        "One of the following params should be provided for this request: payment_intent or "
        "charge.");
  }
  engine::RefundRequest request;
  request.charge = charge ? *charge : engine::charge_of_intent(ctx.tx, *intent).id();
  if (charge && intent) {
    const store::Document named = api::require_param(ctx.tx, "charge", *charge, "charge");
    if (maybe_text(*named, "payment_intent") != intent) {
      throw api::invalid_request("The charge does not belong to this PaymentIntent.", "charge");
    }
  }
  request.amount = maybe_integer(params, "amount");
  request.reason = params.value("reason", Json());
  Json holder = {{"metadata", Json::object()}};
  api::merge_metadata(holder, params);
  request.metadata = holder.at("metadata");
  return engine::refund_charge(ctx.tx, request);
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply update(api::Context& ctx) {
  const store::Document refund = api::require(ctx.tx, kind, ctx.path_id);
  const store::Document updated =
      ctx.tx.update(refund, [&](Json& edited) { api::merge_metadata(edited, ctx.params); });
  if (updated == refund) return updated;
  ctx.tx.emit("refund.updated", updated);
  ctx.tx.emit("charge.refund.updated", updated);
  return updated;
}

// Stripe: only refunds that wait for the customer can be canceled; those of cards never wait.
api::Reply cancel(api::Context& ctx) {
  const store::Document refund = api::require(ctx.tx, kind, ctx.path_id);
  throw api::invalid_request("Refund " + refund.id() +
                             " cannot be canceled because its status is " +
                             text(*refund, "status") + ".");
}

// Stripe: of refunds that wait for the customer to say where the money goes; cards never do.
api::Reply expire(api::Context& ctx) {
  const store::Document refund = api::require(ctx.tx, kind, ctx.path_id);
  throw api::invalid_request("Refund " + refund.id() +
                             " cannot be expired because its status is not requires_action but " +
                             text(*refund, "status") + ".");
}

api::Reply list(api::Context& ctx) { return api::list_by_params(ctx, kind); }

}  // namespace

void register_refunds(api::Registry& registry) {
  registry.bind("refunds.create", create);
  registry.bind("refunds.retrieve", retrieve);
  registry.bind("refunds.update", update);
  registry.bind("refunds.cancel", cancel);
  registry.bind("refunds.list", list);
  registry.bind("test_helpers.refunds.expire", expire);
  registry.index(kind, "charge");
  registry.due(kind, engine::refund_due);
}

}  // namespace okapi::resources
