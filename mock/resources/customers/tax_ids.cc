// Tax ids of a customer (/v1/customers/{id}/tax_ids) and the same by their own path.
#include "engine/tax_ids.h"

#include "api/error.h"
#include "api/expand.h"
#include "api/list.h"
#include "api/render.h"
#include "engine/clock.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "tax_id";

std::string enter_customer(api::Context& ctx) {
  const store::Document customer = api::require(ctx.tx, "customer", ctx.path_ids.at(0));
  engine::enter_time_of(ctx.tx, *customer);
  return customer.id();
}

store::Document require_of_customer(api::Context& ctx) {
  const std::string customer = enter_customer(ctx);
  store::Document tax_id = api::require(ctx.tx, kind, ctx.path_id);
  if (maybe_text(*tax_id, "customer") == customer) return tax_id;
  throw api::no_such_in_path(api::noun_of(kind), ctx.path_id);
}

api::Reply create_for_customer(api::Context& ctx) {
  return engine::add_tax_id(ctx.tx, enter_customer(ctx), ctx.params);
}

api::Reply retrieve_of_customer(api::Context& ctx) { return require_of_customer(ctx); }

api::Reply delete_of_customer(api::Context& ctx) {
  engine::remove_tax_id(ctx.tx, require_of_customer(ctx));
  return api::deleted_stub(kind, ctx.path_id);
}

api::Reply page_of(api::Context& ctx, const std::string& customer) {
  return api::list_documents(ctx,
                             {.kind = kind, .index_field = "customer", .index_value = customer});
}

api::Reply list_of_customer(api::Context& ctx) { return page_of(ctx, enter_customer(ctx)); }

// --- by their own path

// Empty: the account's own.
std::string owner_of(api::Context& ctx) {
  const Json& type = at_path(ctx.params, {"owner", "type"});
  if (type.is_null() || type == "self") return {};
  if (type != "customer") {
    throw api::not_implemented("`owner[type]=" + type.get<std::string>() + "`");
  }
  const auto id = maybe_text(ctx.params.at("owner"), "customer");
  if (!id) throw api::missing_parameter("owner[customer]");
  return api::require_param(ctx.tx, "customer", *id, "owner[customer]").id();
}

api::Reply create(api::Context& ctx) {
  return engine::add_tax_id(ctx.tx, owner_of(ctx), ctx.params);
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply del(api::Context& ctx) {
  engine::remove_tax_id(ctx.tx, api::require(ctx.tx, kind, ctx.path_id));
  return api::deleted_stub(kind, ctx.path_id);
}

api::Reply list(api::Context& ctx) {
  const std::string customer = owner_of(ctx);
  if (!customer.empty()) return page_of(ctx, customer);
  return api::list_documents(
      ctx, {.kind = kind, .matches = [](const Json& tax_id) { return !has(tax_id, "customer"); }});
}

Json tax_ids(store::Transaction& tx, const Json& customer) {
  const std::string& id = text(customer, "id");
  std::vector<Json> all;
  for (const store::Document& each : tx.where(kind, "customer", id)) {
    all.insert(all.begin(), api::public_tree(each));
  }
  return api::embedded_list(std::move(all), "/v1/customers/" + id + "/tax_ids");
}

}  // namespace

void register_customers_tax_ids(api::Registry& registry) {
  registry.bind("customers.create_tax_id", create_for_customer);
  registry.bind("customers.retrieve_tax_id", retrieve_of_customer);
  registry.bind("customers.delete_tax_id", delete_of_customer);
  registry.bind("customers.list_tax_ids", list_of_customer);
  registry.bind("tax_ids.create", create);
  registry.bind("tax_ids.retrieve", retrieve);
  registry.bind("tax_ids.del", del);
  registry.bind("tax_ids.list", list);
  registry.index(kind, "customer");
  registry.due(kind, engine::tax_id_due);
  api::register_includable("customer.tax_ids", tax_ids);
}

}  // namespace okapi::resources
