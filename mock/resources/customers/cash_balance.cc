// The cash balance of a customer and how it is funded (/v1/customers/{id}/cash_balance).
#include "engine/cash_balance.h"

#include "api/error.h"
#include "api/expand.h"
#include "api/list.h"
#include "api/operation.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "customer_cash_balance_transaction";

std::string customer_of(api::Context& ctx) {
  return api::require(ctx.tx, "customer", ctx.path_ids.at(0)).id();
}

api::Reply retrieve(api::Context& ctx) { return engine::cash_balance_of(ctx.tx, customer_of(ctx)); }

api::Reply update(api::Context& ctx) {
  const std::string customer = customer_of(ctx);
  engine::set_reconciliation(ctx.tx, customer, ctx.params);
  return engine::cash_balance_of(ctx.tx, customer);
}

api::Reply list_transactions(api::Context& ctx) {
  return api::list_documents(
      ctx, {.kind = kind, .index_field = "customer", .index_value = customer_of(ctx)});
}

api::Reply retrieve_transaction(api::Context& ctx) {
  const std::string customer = customer_of(ctx);
  const store::Document row = api::require(ctx.tx, kind, ctx.path_id);
  if (text(*row, "customer") == customer) return row;
  throw api::no_such_in_path(api::noun_of(kind), ctx.path_id);
}

api::Reply fund(api::Context& ctx) {
  const std::string customer = customer_of(ctx);
  const std::int64_t amount = integer(ctx.params, "amount");
  if (amount < 1) throw api::at_least("amount", 1);
  return engine::fund(ctx.tx, customer,
                      {.amount = amount,
                       .currency = text(ctx.params, "currency"),
                       .reference = ctx.params.value("reference", Json())});
}

api::Reply create_instructions(api::Context& ctx) {
  (void)customer_of(ctx);
  return engine::funding_instructions(ctx.params);
}

Json cash_balance(store::Transaction& tx, const Json& customer) {
  return engine::cash_balance_of(tx, text(customer, "id"));
}

}  // namespace

void register_customers_cash_balance(api::Registry& registry) {
  registry.bind("customers.retrieve_cash_balance", retrieve);
  registry.bind("customers.update_cash_balance", update);
  registry.bind("customers.list_cash_balance_transactions", list_transactions);
  registry.bind("customers.retrieve_cash_balance_transaction", retrieve_transaction);
  registry.bind("customers.create_funding_instructions", create_instructions);
  registry.bind("test_helpers.customers.fund_cash_balance", fund);
  registry.index(kind, "customer");
  api::register_includable("customer.cash_balance", cash_balance);
}

}  // namespace okapi::resources
