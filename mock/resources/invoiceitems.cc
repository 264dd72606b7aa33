// Invoice items (subscriptions-invoices 3.7): amounts that wait for an invoice or stand on a draft.
#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "api/storage.h"
#include "engine/clock.h"
#include "engine/customer_currency.h"
#include "engine/discounts.h"
#include "engine/invoice_items.h"
#include "engine/taxes.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "invoiceitem";

// Stripe: its own 404 (recorded).
api::ApiError no_such_item(const std::string& id) {
  api::ApiError error = api::no_such_in_path("Invoice Item", id);
  error.message = "No such Invoice Item: '" + id + "'(livemode=false)";
  return error;
}

store::Document require_item(api::Context& ctx) {
  store::Document item = ctx.tx.find(kind, ctx.path_id);
  if (!item) throw no_such_item(ctx.path_id);
  return item;
}

store::Document enter_item(api::Context& ctx) {
  store::Document item = require_item(ctx);
  if (const auto customer = ctx.tx.find("customer", text(*item, "customer"))) {
    engine::enter_time_of(ctx.tx, *customer);
  }
  return item;
}

// Where the item goes: a draft, a subscription's next invoice, or the customer's.
struct Destination {
  store::Document customer;
  store::Document invoice;
  store::Document subscription;
  std::string currency;  // that it must have; empty: any
};

void check_owner(const Json& document, const std::string& customer, const char* param) {
  if (text(document, "customer") == customer) return;
  throw api::invalid_request(std::string("The ") + param + " does not belong to this customer.",
                             param);
}

Destination destination_of(api::Context& ctx) {
  Destination to;
  std::optional<std::string> customer = maybe_text(ctx.params, "customer");
  if (const auto invoice = maybe_text(ctx.params, "invoice")) {
    to.invoice = api::require_param(ctx.tx, "invoice", *invoice, "invoice");
    if (!customer) customer = text(*to.invoice, "customer");
    check_owner(*to.invoice, *customer, "invoice");
    to.currency = text(*to.invoice, "currency");
  }
  if (!customer) throw api::missing_parameter("customer");
  to.customer = api::require_param(ctx.tx, "customer", *customer, "customer");
  if (const auto subscription = maybe_text(ctx.params, "subscription")) {
    to.subscription = api::require_param(ctx.tx, "subscription", *subscription, "subscription");
    check_owner(*to.subscription, *customer, "subscription");
    if (to.currency.empty()) to.currency = text(*to.subscription, "currency");
  }
  engine::enter_time_of(ctx.tx, *to.customer);
  if (to.invoice && text(*to.invoice, "status") != "draft") {
    throw api::invalid_request("Invalid invoice: This invoice is no longer editable", "invoice",
                               "invoice_not_editable");
  }
  return to;
}

// Stripe: what a proration froze cannot be changed.
void check_frozen(const Json& item, const Json& params) {
  for (const Json& field : item.at("frozen_fields")) {
    const std::string name = field.get<std::string>();
    const bool asked = name == "pricing" ? engine::has_cost(params) : has(params, name.c_str());
    if (!asked) continue;
    throw api::invalid_request("You cannot update `" + name + "` on this invoice item.", name);
  }
}

void assign_terms(api::Context& ctx, Json& item) {
  const Json& params = ctx.params;
  if (params.contains("tax_rates")) {
    item["tax_rates"] = engine::read_tax_rates(ctx.tx, params.at("tax_rates"), "tax_rates",
                                               engine::most_line_tax_rates);
  }
  if (!params.contains("discounts")) return;
  item["discounts"] = engine::set_discounts(ctx.tx,
                                            {.customer = text(item, "customer"),
                                             .currency = text(item, "currency"),
                                             .invoice_item = text(item, "id")},
                                            params.at("discounts"), nullptr, "discounts");
}

void assign_fields(Json& item, const Json& params) {
  api::assign_params(item, params, {"description", "discountable"});
  engine::settle_net_amount(item);
  api::merge_metadata(item, params);
  if (!has(params, "period")) return;
  const Json& period = params.at("period");
  if (integer(period, "end") < integer(period, "start")) {
    throw api::invalid_request("`period[end]` must not be earlier than `period[start]`.",
                               "period[end]");
  }
  item["period"] = {{"start", period.at("start")}, {"end", period.at("end")}};
}

// Stripe: at most 250 pending items (docs, invoice items). Guess: the sentence.
void check_pending(api::Context& ctx, const std::string& customer) {
  constexpr std::size_t most_pending = 250;
  if (ctx.tx.where(kind, "customer unless invoice", customer).size() < most_pending) return;
  throw api::invalid_request("A customer can have at most 250 pending invoice items.", "customer");
}

api::Reply create(api::Context& ctx) {
  const Destination to = destination_of(ctx);
  if (!to.invoice) check_pending(ctx, to.customer.id());
  const engine::ItemCost cost = engine::read_item_cost(ctx.tx, ctx.params, to.currency);
  engine::settle_currency(ctx.tx, to.customer.id(), cost.currency);
  Json item = engine::make_invoice_item(
      ctx.tx, {.customer = *to.customer,
               .cost = cost,
               .subscription = to.subscription ? to.subscription.id() : std::string()});
  assign_fields(item, ctx.params);
  assign_terms(ctx, item);
  store::Document stored = ctx.tx.insert(std::move(item));
  ctx.tx.emit("invoiceitem.created", stored);
  if (!to.invoice) return stored;
  ctx.tx.emit("invoice.updated", engine::attach_to_draft(ctx.tx, stored, to.invoice));
  return ctx.tx.find(kind, stored.id());
}

api::Reply retrieve(api::Context& ctx) { return require_item(ctx); }

bool is_editable(api::Context& ctx, const Json& item) {
  const auto invoice = maybe_text(item, "invoice");
  return !invoice || text(*ctx.tx.find("invoice", *invoice), "status") == "draft";
}

void check_editable(api::Context& ctx, const Json& item, const char* verb) {
  if (is_editable(ctx, item)) return;
  throw api::invalid_request(std::string("Can't ") + verb +
                             " an invoice item that is attached to an invoice that is no longer "
                             "editable");
}

// A quantity alone keeps the price it had.
Json cost_params(const Json& item, const Json& params) {
  Json merged = params;
  for (const char* way : {"amount", "price_data", "pricing", "unit_amount_decimal"}) {
    if (has(params, way)) return merged;
  }
  merged["unit_amount_decimal"] = item.at("pricing").at("unit_amount_decimal");
  return merged;
}

api::Reply update(api::Context& ctx) {
  // Stripe: went with its draft (recorded).
  if (api::is_buried(ctx.tx, kind, ctx.path_id)) {
    throw api::invalid_request("This invoice item has been deleted.");
  }
  const store::Document item = enter_item(ctx);
  check_editable(ctx, *item, "update");
  check_frozen(*item, ctx.params);
  const bool has_cost = engine::has_cost(ctx.params);
  engine::ItemCost cost;
  if (has_cost) {
    cost = engine::read_item_cost(ctx.tx, cost_params(*item, ctx.params), text(*item, "currency"));
  }
  const store::Document updated = ctx.tx.update(item, [&](Json& edited) {
    assign_fields(edited, ctx.params);
    assign_terms(ctx, edited);
    if (has_cost) engine::set_cost(edited, cost);
  });
  // Stripe: no invoiceitem.updated in current versions.
  if (!(updated == item)) engine::update_on_draft(ctx.tx, updated);
  return updated;
}

api::Reply del(api::Context& ctx) {
  const store::Document item = enter_item(ctx);
  check_editable(ctx, *item, "delete");
  engine::remove_from_draft(ctx.tx, item);
  ctx.tx.erase(item);
  ctx.tx.emit("invoiceitem.deleted", item);
  return api::deleted_stub(kind, item.id());
}

api::Reply list(api::Context& ctx) {
  const Json& params = ctx.params;
  const auto customer = maybe_text(params, "customer");
  const auto invoice = maybe_text(params, "invoice");
  api::ListQuery query = {.kind = kind};
  if (invoice) {
    query.index_field = "invoice";
    query.index_value = *invoice;
  } else if (customer) {
    query.index_field = "customer";
    query.index_value = *customer;
  }
  query.matches = api::if_asked(ctx, [&](const Json& item) {
    if (customer && text(item, "customer") != *customer) return false;
    if (has(params, "pending") && boolean(params, "pending") == has(item, "invoice")) return false;
    return !has(params, "created") || api::in_range(params.at("created"), integer(item, "date"));
  });
  return api::list_documents(ctx, query);
}

}  // namespace

void register_invoiceitems(api::Registry& registry) {
  registry.bind("invoiceitems.create", create);
  registry.bind("invoiceitems.retrieve", retrieve);
  registry.bind("invoiceitems.update", update);
  registry.bind("invoiceitems.del", del);
  registry.bind("invoiceitems.list", list);
  registry.index(kind, "customer");
  registry.index(kind, "invoice");
  registry.index(kind, "customer unless invoice");
}

}  // namespace okapi::resources
