// The cards, bank accounts and Sources of a customer (/v1/customers/{id}/sources), the older way to
// keep a means of payment.
#include "api/error.h"
#include "api/expand.h"
#include "api/list.h"
#include "api/operation.h"
#include "api/render.h"
#include "engine/bank_debits.h"
#include "engine/clock.h"
#include "engine/legacy_sources.h"

namespace okapi::resources {
namespace {

store::Document enter_customer(api::Context& ctx) {
  store::Document customer = api::require(ctx.tx, "customer", ctx.path_ids.at(0));
  engine::enter_time_of(ctx.tx, *customer);
  return customer;
}

// Stripe: a source of somebody else is not found (no noun but "source").
store::Document require_source(api::Context& ctx) {
  const store::Document customer = enter_customer(ctx);
  store::Document source = engine::find_source(ctx.tx, ctx.path_id);
  if (source && maybe_text(*source, "customer") == customer.id()) return source;
  throw api::no_such_in_path("source", ctx.path_id);
}

api::Reply create(api::Context& ctx) {
  const store::Document customer = enter_customer(ctx);
  return engine::add_source(ctx.tx, customer,
                            {.token = text(ctx.params, "source"),
                             .metadata = ctx.params.value("metadata", Json::object())});
}

api::Reply retrieve(api::Context& ctx) { return require_source(ctx); }

api::Reply update(api::Context& ctx) {
  const store::Document source = require_source(ctx);
  const store::Document updated = ctx.tx.update(source, [&](Json& edited) {
    if (source.kind() == "card") {
      api::assign_params(edited, ctx.params,
                         {"address_city", "address_country", "address_line1", "address_line2",
                          "address_state", "address_zip", "name"});
      for (const char* name : {"exp_month", "exp_year"}) {
        const auto sent = maybe_text(ctx.params, name);
        if (sent) edited[name] = Decimal::parse(*sent).value_or(Decimal()).truncated();
      }
    }
    if (source.kind() == "bank_account") {
      api::assign_params(edited, ctx.params, {"account_holder_name", "account_holder_type"});
    }
    if (source.kind() == "source" && has(ctx.params, "owner")) {
      edited["owner"].update(ctx.params.at("owner"), true);
    }
    api::merge_metadata(edited, ctx.params);
  });
  // The payment method behind the card expires with it.
  if (const auto method = ctx.tx.find("payment_method", source.id());
      method && source.kind() == "card") {
    ctx.tx.update(method, [&](Json& edited) {
      for (const char* name : {"exp_month", "exp_year"}) edited["card"][name] = updated->at(name);
    });
  }
  if (*updated != *source) ctx.tx.emit("customer.source.updated", updated);
  return updated;
}

api::Reply del(api::Context& ctx) {
  const store::Document source = require_source(ctx);
  engine::remove_source(ctx.tx, source);
  if (source.kind() == "source") return ctx.tx.find("source", source.id());
  return api::deleted_stub(source.kind(), source.id());
}

api::Reply verify(api::Context& ctx) {
  const store::Document source = require_source(ctx);
  if (source.kind() != "bank_account") {
    throw api::invalid_request("Only bank accounts can be verified.");
  }
  if (text(*source, "status") == "verified") {
    throw api::invalid_request("This bank account has already been verified.", {},
                               "bank_account_verified");
  }
  engine::verify_account(ctx.tx, ctx.tx.find("payment_method", source.id()), ctx.params);
  const store::Document verified =
      ctx.tx.update(source, [](Json& edited) { edited["status"] = "verified"; });
  ctx.tx.emit("customer.source.updated", verified);
  return verified;
}

api::Reply list(api::Context& ctx) {
  const store::Document customer = api::require(ctx.tx, "customer", ctx.path_ids.at(0));
  const auto object = maybe_text(ctx.params, "object");
  std::vector<Json> rows;
  for (const store::Document& each : engine::sources_of(ctx.tx, customer.id())) {
    if (!object || each.kind() == *object) rows.push_back(*each);
  }
  return api::page_of(ctx, std::move(rows));
}

Json sources(store::Transaction& tx, const Json& customer) {
  const std::string& id = text(customer, "id");
  std::vector<Json> rows;
  for (const store::Document& each : engine::sources_of(tx, id)) {
    rows.push_back(api::public_tree(each));
  }
  return api::embedded_list(std::move(rows), "/v1/customers/" + id + "/sources");
}

}  // namespace

void register_customers_sources(api::Registry& registry) {
  registry.bind("customers.create_source", create);
  registry.bind("customers.retrieve_source", retrieve);
  registry.bind("customers.update_source", update);
  registry.bind("customers.delete_source", del);
  registry.bind("customers.verify_source", verify);
  registry.bind("customers.list_sources", list);
  for (const char* kind : {"card", "bank_account", "source"}) registry.index(kind, "customer");
  api::register_includable("customer.sources", sources);
}

}  // namespace okapi::resources
