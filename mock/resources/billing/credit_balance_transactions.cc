#include "api/list.h"
#include "api/operation.h"

namespace okapi::resources {
namespace {

constexpr std::string_view kind = "billing.credit_balance_transaction";

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply list(api::Context& ctx) {
  const std::optional<std::string> customer = maybe_text(ctx.params, "customer");
  const std::optional<std::string> grant = maybe_text(ctx.params, "credit_grant");
  api::ListQuery query{.kind = kind, .matches = [&](const Json& transaction) {
                         return !customer || text(transaction, "_customer") == *customer;
                       }};
  if (grant) {
    query.index_field = "credit_grant";
    query.index_value = *grant;
  } else if (customer) {
    query.index_field = "_customer";
    query.index_value = *customer;
  }
  return api::list_documents(ctx, query);
}

}  // namespace

void register_billing_credit_balance_transactions(api::Registry& registry) {
  registry.bind("billing.credit_balance_transactions.retrieve", retrieve);
  registry.bind("billing.credit_balance_transactions.list", list);
  registry.index(kind, "credit_grant");
  registry.index(kind, "_customer");
  registry.index(kind, "_invoice");
}

}  // namespace okapi::resources
