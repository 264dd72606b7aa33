// The lines of a draft, several at a time or one by one (subscriptions-invoices 3.7). Behind a line
// that can be changed stands an invoice item.
#include "engine/lines.h"

#include "api/error.h"
#include "api/operation.h"
#include "engine/clock.h"
#include "engine/discounts.h"
#include "engine/invoice_items.h"
#include "engine/taxes.h"

namespace okapi::resources {
namespace {

store::Document enter_draft(api::Context& ctx, const std::string& id) {
  store::Document invoice = api::require(ctx.tx, "invoice", id, "invoice");
  if (const auto customer = ctx.tx.find("customer", text(*invoice, "customer"))) {
    engine::enter_time_of(ctx.tx, *customer);
  }
  if (text(*invoice, "status") == "draft") return invoice;
  throw api::invalid_request("Invalid invoice: This invoice is no longer editable", "invoice",
                             "invoice_not_editable");
}

void check_cost(const Json& entry, const std::string& prefix) {
  if (!has(entry, "amount")) return;
  for (const char* other : {"quantity", "quantity_decimal", "pricing", "price_data"}) {
    if (!has(entry, other)) continue;
    // Stripe: names the bare parameters, and where the first of them stands (recorded).
    api::ApiError error = api::only_one_of({"amount", other});
    error.param = prefix.empty() ? "amount" : prefix + "[amount]";
    throw error;
  }
}

void assign_fields(api::Context& ctx, Json& item, const Json& entry, const std::string& prefix) {
  const auto name = [&](const char* field) {
    return prefix.empty() ? std::string(field) : prefix + "[" + field + "]";
  };
  api::assign_params(item, entry, {"description", "discountable"});
  api::merge_metadata(item, entry);
  if (has(entry, "period")) {
    item["period"] = {{"end", entry.at("period").at("end")},
                      {"start", entry.at("period").at("start")}};
  }
  if (entry.contains("tax_rates")) {
    item["tax_rates"] = engine::read_tax_rates(ctx.tx, entry.at("tax_rates"), name("tax_rates"),
                                               engine::most_line_tax_rates);
  }
  if (entry.contains("discounts")) {
    item["discounts"] = engine::set_discounts(ctx.tx,
                                              {.customer = text(item, "customer"),
                                               .currency = text(item, "currency"),
                                               .invoice_item = text(item, "id")},
                                              entry.at("discounts"), nullptr, name("discounts"));
  }
  engine::settle_net_amount(item);
}

void refuse_tax_amounts(const Json& entry) {
  if (has(entry, "tax_amounts")) throw api::not_implemented("invoice lines with `tax_amounts`");
}

store::Document pending_item(api::Context& ctx, const std::string& id, const std::string& param) {
  store::Document item = api::require_param(ctx.tx, "invoiceitem", id, param);
  if (!has(*item, "invoice")) return item;
  throw api::invalid_request("The invoice item " + id + " is on an invoice already.", param);
}

store::Document new_item(api::Context& ctx, const Json& invoice, const Json& entry,
                         const std::string& prefix) {
  const engine::ItemCost cost = engine::read_item_cost(ctx.tx, entry, text(invoice, "currency"));
  Json item = engine::make_invoice_item(
      ctx.tx, {.customer = *ctx.tx.find("customer", text(invoice, "customer")), .cost = cost});
  assign_fields(ctx, item, entry, prefix);
  store::Document stored = ctx.tx.insert(std::move(item));
  ctx.tx.emit("invoiceitem.created", stored);
  return stored;
}

void merge_invoice_metadata(api::Context& ctx, const std::string& invoice) {
  if (!has(ctx.params, "invoice_metadata")) return;
  const Json metadata = {{"metadata", ctx.params.at("invoice_metadata")}};
  ctx.tx.update(ctx.tx.find("invoice", invoice),
                [&](Json& edited) { api::merge_metadata(edited, metadata); });
}

store::Document changed(api::Context& ctx, const std::string& invoice) {
  merge_invoice_metadata(ctx, invoice);
  store::Document now = ctx.tx.find("invoice", invoice);
  ctx.tx.emit("invoice.updated", now);
  return now;
}

std::string entry_name(std::size_t index) { return "lines[" + std::to_string(index) + "]"; }

api::Reply add_lines(api::Context& ctx) {
  const store::Document invoice = enter_draft(ctx, ctx.path_id);
  std::size_t index = 0;
  for (const Json& entry : ctx.params.at("lines")) {
    const std::string prefix = entry_name(index++);
    refuse_tax_amounts(entry);
    check_cost(entry, prefix);
    const auto pending = maybe_text(entry, "invoice_item");
    const store::Document item = pending ? pending_item(ctx, *pending, prefix + "[invoice_item]")
                                         : new_item(ctx, *invoice, entry, prefix);
    engine::attach_to_draft(ctx.tx, item, ctx.tx.find("invoice", invoice.id()));
  }
  return changed(ctx, invoice.id());
}

// The invoice item behind a line; throws for lines that have none.
store::Document item_of_line(api::Context& ctx, const std::string& invoice, const std::string& line,
                             const std::string& param) {
  const store::Document current = ctx.tx.find("invoice", invoice);
  for (const Json& each : current->at("lines").at("data")) {
    if (text(each, "id") != line) continue;
    const std::string item = engine::invoice_item_of(each);
    if (!item.empty()) return ctx.tx.find("invoiceitem", item);
    // Guess: what a subscription bills is changed at the subscription.
    throw api::invalid_request(
        "The line " + line + " comes from a subscription and cannot be changed here.", param);
  }
  throw api::no_such("invoice line item", line, param);
}

void update_line(api::Context& ctx, const store::Document& item, const Json& entry,
                 const std::string& prefix) {
  refuse_tax_amounts(entry);
  check_cost(entry, prefix);
  Json cost_params = entry;
  const bool quantity_alone = !has(entry, "amount") && !has(entry, "pricing") &&
                              !has(entry, "price_data") && engine::has_cost(entry);
  if (quantity_alone) {
    cost_params["unit_amount_decimal"] = item->at("pricing").at("unit_amount_decimal");
  }
  engine::ItemCost cost;
  const bool has_cost = engine::has_cost(cost_params);
  if (has_cost) cost = engine::read_item_cost(ctx.tx, cost_params, text(*item, "currency"));
  const store::Document updated = ctx.tx.update(item, [&](Json& edited) {
    if (has_cost) engine::set_cost(edited, cost);
    assign_fields(ctx, edited, entry, prefix);
  });
  engine::update_on_draft(ctx.tx, updated);
}

api::Reply update_lines(api::Context& ctx) {
  const store::Document invoice = enter_draft(ctx, ctx.path_id);
  std::size_t index = 0;
  for (const Json& entry : ctx.params.at("lines")) {
    const std::string prefix = entry_name(index++);
    update_line(ctx, item_of_line(ctx, invoice.id(), text(entry, "id"), prefix + "[id]"), entry,
                prefix);
  }
  return changed(ctx, invoice.id());
}

// Stripe: answers the line, not the invoice (recorded).
api::Reply update_line_item(api::Context& ctx) {
  const store::Document invoice = enter_draft(ctx, ctx.path_ids.front());
  update_line(ctx, item_of_line(ctx, invoice.id(), ctx.path_id, "line_item_id"), ctx.params, {});
  const store::Document now = changed(ctx, invoice.id());
  for (const Json& line : now->at("lines").at("data")) {
    if (text(line, "id") == ctx.path_id) return Json(line);
  }
  throw api::no_such("invoice line item", ctx.path_id, "line_item_id");
}

api::Reply remove_lines(api::Context& ctx) {
  const store::Document invoice = enter_draft(ctx, ctx.path_id);
  std::size_t index = 0;
  for (const Json& entry : ctx.params.at("lines")) {
    const std::string prefix = entry_name(index++);
    const store::Document item =
        item_of_line(ctx, invoice.id(), text(entry, "id"), prefix + "[id]");
    engine::remove_from_draft(ctx.tx, item);
    if (text(entry, "behavior") == "unassign") {
      ctx.tx.update(item, [](Json& edited) { edited["invoice"] = nullptr; });
    } else {
      ctx.tx.erase(item);
      ctx.tx.emit("invoiceitem.deleted", item);
    }
  }
  return changed(ctx, invoice.id());
}

}  // namespace

void register_invoices_lines(api::Registry& registry) {
  registry.bind("invoices.add_lines", add_lines);
  registry.bind("invoices.update_lines", update_lines);
  registry.bind("invoices.update_line_item", update_line_item);
  registry.bind("invoices.remove_lines", remove_lines);
}

}  // namespace okapi::resources
