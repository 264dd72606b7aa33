#include "engine/payment_methods.h"

#include <algorithm>

#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "engine/clock.h"

namespace okapi::resources {
namespace {

constexpr std::string_view kind = "payment_method";

api::Reply create(api::Context& ctx) {
  const store::Document created = engine::create_payment_method(ctx.tx, ctx.params);
  return ctx.tx.update(created, [&](Json& edited) {
    api::assign_params(edited, ctx.params, {"allow_redisplay"});
    api::merge_metadata(edited, ctx.params);
  });
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply update(api::Context& ctx) {
  const store::Document payment_method = api::require(ctx.tx, kind, ctx.path_id);
  const store::Document updated = ctx.tx.update(payment_method, [&](Json& edited) {
    api::assign_params(edited, ctx.params, {"allow_redisplay"});
    if (has(ctx.params, "billing_details")) {
      api::assign_params(edited["billing_details"], ctx.params.at("billing_details"),
                         {"email", "name", "phone", "tax_id"});
      const Json& address = at_path(ctx.params, {"billing_details", "address"});
      if (address.is_object()) edited["billing_details"]["address"].update(address);
    }
    if (has(ctx.params, "card")) {
      api::assign_params(edited["card"], ctx.params.at("card"), {"exp_month", "exp_year"});
    }
    api::merge_metadata(edited, ctx.params);
  });
  if (!(updated == payment_method)) ctx.tx.emit("payment_method.updated", updated);
  return updated;
}

// Stripe: a magic name in the path makes a new payment method, whose id the answer has.
store::Document payment_method_of_path(api::Context& ctx) {
  if (engine::find_magic_card(ctx.path_id) != nullptr) {
    return engine::require_payment_method(ctx.tx, ctx.path_id, "payment_method");
  }
  return api::require(ctx.tx, kind, ctx.path_id);
}

api::Reply attach(api::Context& ctx) {
  const std::optional<std::string> id = maybe_text(ctx.params, "customer");
  if (!id) throw api::missing_parameter("customer");
  const store::Document payment_method = payment_method_of_path(ctx);
  const store::Document customer = api::require_param(ctx.tx, "customer", *id, "customer");
  engine::enter_time_of(ctx.tx, *customer);
  return engine::attach_payment_method(ctx.tx, payment_method, customer);
}

api::Reply detach(api::Context& ctx) {
  return engine::detach_payment_method(ctx.tx, api::require(ctx.tx, kind, ctx.path_id));
}

api::Reply page_of_customer(api::Context& ctx, const std::string& customer) {
  return api::list_documents(
      ctx, {.kind = kind,
            .index_field = customer.empty() ? "" : "customer",
            .index_value = customer,
            .matches = api::if_asked(ctx, [&](const Json& payment_method) {
              for (const char* field : {"type", "allow_redisplay"}) {
                if (has(ctx.params, field) && ctx.params.at(field) != payment_method.at(field)) {
                  return false;
                }
              }
              return true;
            })});
}

api::Reply list(api::Context& ctx) {
  const std::string customer = maybe_text(ctx.params, "customer").value_or("");
  if (!customer.empty()) (void)api::require_param(ctx.tx, "customer", customer, "customer");
  return page_of_customer(ctx, customer);
}

// --- under a customer

api::Reply list_of_customer(api::Context& ctx) {
  return page_of_customer(ctx, api::require(ctx.tx, "customer", ctx.path_ids.at(0)).id());
}

api::Reply retrieve_of_customer(api::Context& ctx) {
  const store::Document customer = api::require(ctx.tx, "customer", ctx.path_ids.at(0));
  const store::Document payment_method = api::require(ctx.tx, kind, ctx.path_id);
  if (maybe_text(*payment_method, "customer") == customer.id()) return payment_method;
  throw api::no_such_in_path("PaymentMethod", ctx.path_id, "payment_method");
}

}  // namespace

void register_payment_methods(api::Registry& registry) {
  registry.bind("payment_methods.create", create);
  registry.bind("payment_methods.retrieve", retrieve);
  registry.bind("payment_methods.update", update);
  registry.bind("payment_methods.attach", attach);
  registry.bind("payment_methods.detach", detach);
  registry.bind("payment_methods.list", list);
  registry.bind("customers.list_payment_methods", list_of_customer);
  registry.bind("customers.retrieve_payment_method", retrieve_of_customer);
  registry.index(kind, "customer");
}

}  // namespace okapi::resources
