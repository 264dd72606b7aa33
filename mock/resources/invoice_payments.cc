// Invoice payments: the way from a PaymentIntent to its invoice (subscriptions-invoices 3.8). They
// are made at finalization; nobody creates them.
#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "invoice_payment";

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

bool matches(const Json& payment, const Json& params) {
  for (const char* field : {"invoice", "status"}) {
    if (has(params, field) && payment.at(field) != params.at(field)) return false;
  }
  if (has(params, "created") && !api::in_range(params.at("created"), integer(payment, "created"))) {
    return false;
  }
  if (!has(params, "payment")) return true;
  for (const auto& [name, wanted] : params.at("payment").items()) {
    if (payment.at("payment").value(name, Json()) != wanted) return false;
  }
  return true;
}

api::Reply list(api::Context& ctx) {
  const auto invoice = maybe_text(ctx.params, "invoice");
  const Json& intent = at_path(ctx.params, {"payment", "payment_intent"});
  api::ListQuery query = {.kind = kind};
  std::string value;
  if (invoice) {
    (void)api::require_param(ctx.tx, "invoice", *invoice, "invoice");
    value = *invoice;
    query.index_field = "invoice";
  } else if (intent.is_string()) {
    value = intent.get<std::string>();
    query.index_field = "payment.payment_intent";
  }
  query.index_value = value;
  query.matches =
      api::if_asked(ctx, [&](const Json& payment) { return matches(payment, ctx.params); });
  return api::list_documents(ctx, query);
}

}  // namespace

void register_invoice_payments(api::Registry& registry) {
  registry.bind("invoice_payments.retrieve", retrieve);
  registry.bind("invoice_payments.list", list);
  registry.index(kind, "invoice");
  registry.index(kind, "payment.payment_intent");
}

}  // namespace okapi::resources
