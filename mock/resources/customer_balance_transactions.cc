#include "api/error.h"
#include "api/expand.h"
#include "api/list.h"
#include "api/operation.h"
#include "engine/balance.h"
#include "engine/clock.h"

namespace okapi::resources {
namespace {

constexpr std::string_view kind = "customer_balance_transaction";

api::Reply create(api::Context& ctx) {
  const store::Document customer = api::require(ctx.tx, "customer", ctx.path_id);
  engine::enter_time_of(ctx.tx, *customer);
  engine::BalanceChange change{.amount = integer(ctx.params, "amount"),
                               .type = "adjustment",
                               .currency = text(ctx.params, "currency"),
                               .description = maybe_text(ctx.params, "description").value_or("")};
  Json holder = {{"metadata", Json::object()}};
  api::merge_metadata(holder, ctx.params);
  change.metadata = holder.at("metadata");
  const store::Document transaction = engine::adjust_customer_balance(ctx.tx, customer, change);
  ctx.tx.emit("customer.updated", customer);
  return transaction;
}

store::Document transaction_of_path(api::Context& ctx) {
  const store::Document customer = api::require(ctx.tx, "customer", ctx.path_ids.at(0));
  store::Document transaction = api::require(ctx.tx, kind, ctx.path_id);
  if (text(*transaction, "customer") == customer.id()) return transaction;
  throw api::no_such_in_path(kind, ctx.path_id);
}

api::Reply retrieve(api::Context& ctx) { return transaction_of_path(ctx); }

api::Reply update(api::Context& ctx) {
  return ctx.tx.update(transaction_of_path(ctx), [&](Json& edited) {
    api::assign_params(edited, ctx.params, {"description"});
    api::merge_metadata(edited, ctx.params);
  });
}

api::Reply list(api::Context& ctx) {
  const store::Document customer = api::require(ctx.tx, "customer", ctx.path_id);
  const std::optional<std::string> invoice = maybe_text(ctx.params, "invoice");
  return api::list_documents(
      ctx, {.kind = kind,
            .index_field = "customer",
            .index_value = customer.id(),
            .matches = [&](const Json& transaction) {
              return (!invoice || maybe_text(transaction, "invoice") == invoice) &&
                     (!has(ctx.params, "created") ||
                      api::in_range(ctx.params.at("created"), integer(transaction, "created")));
            }});
}

// Stripe: the balances by currency; {} when there never was one.
Json invoice_credit_balance(store::Transaction& tx, const Json& customer) {
  Json balances = Json::object();
  for (const store::Document& each : tx.where(kind, "customer", text(customer, "id"))) {
    Json& balance = balances[text(*each, "currency")];
    balance = (balance.is_null() ? 0 : balance.get<std::int64_t>()) + integer(*each, "amount");
  }
  return balances;
}

}  // namespace

void register_customer_balance_transactions(api::Registry& registry) {
  registry.bind("customers.create_balance_transaction", create);
  registry.bind("customers.retrieve_balance_transaction", retrieve);
  registry.bind("customers.update_balance_transaction", update);
  registry.bind("customers.list_balance_transactions", list);
  registry.index(kind, "customer");
  api::register_includable("customer.invoice_credit_balance", invoice_credit_balance);
}

}  // namespace okapi::resources
