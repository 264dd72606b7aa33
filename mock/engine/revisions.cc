#include "engine/revisions.h"

#include "api/error.h"
#include "api/operation.h"
#include "engine/collection.h"
#include "engine/invoice_items.h"
#include "engine/lines.h"

namespace okapi::engine {
namespace {

constexpr const char* param = "from_invoice[invoice]";

Json tax_rates_of(const store::Transaction& tx, const Json& working) {
  Json rates = Json::array();
  const Json ids = working.value("tax_rates", Json());
  if (!ids.is_array()) return rates;
  for (const Json& id : ids) {
    if (const store::Document rate = tx.find("tax_rate", id.get<std::string>())) {
      rates.push_back(*rate);
    }
  }
  return rates;
}

void copy_line(store::Transaction& tx, Bill& bill, const Json& line, const Json& working) {
  const Json& period = line.at("period");
  Json item = make_invoice_item(
      tx,
      {.customer = *tx.find("customer", text(bill.invoice, "customer")),
       .cost = {.currency = text(line, "currency"),
                .amount = integer(line, "amount"),
                .quantity = decimal(line, "quantity_decimal"),
                .pricing = line.at("pricing")},
       .period = billing::Period{.start = integer(period, "start"), .end = integer(period, "end")},
       .description = line.at("description")});
  item["discountable"] = line.at("discountable");
  item["discounts"] = line.at("discounts");
  item["metadata"] = line.at("metadata");
  item["tax_rates"] = tax_rates_of(tx, working);
  settle_net_amount(item);
  const store::Document stored = tx.insert(std::move(item));
  tx.emit("invoiceitem.created", stored);
  add_invoice_item_line(tx, bill, *stored);
}

}  // namespace

store::Document original_of(store::Transaction& tx, const Json& params) {
  if (!has(params, "from_invoice")) return {};
  store::Document original =
      api::require_param(tx, "invoice", text(params.at("from_invoice"), "invoice"), param);
  const std::string& status = text(*original, "status");
  // Stripe: what is not finalized can be edited, what is paid wants a credit note (docs,
  // revisions).
  if (status != "open" && status != "uncollectible") {
    throw api::invalid_request(
        "Only invoices that are open or uncollectible can be revised. This invoice is " + status +
            ".",
        param);
  }
  if (has(*original, "latest_revision")) {
    throw api::invalid_request(
        "This invoice was revised already by " + text(*original, "latest_revision") + ".", param);
  }
  return original;
}

void copy_original(store::Transaction& tx, Bill& bill, const Json& original) {
  for (const char* field :
       {"account_tax_ids", "collection_method", "custom_fields", "default_payment_method",
        "default_source", "default_tax_rates", "description", "discounts", "due_date", "footer",
        "metadata", "rendering", "shipping_cost", "shipping_details", "statement_descriptor"}) {
    if (original.contains(field)) bill.invoice[field] = original.at(field);
  }
  set_automatic_tax(bill.invoice, boolean(original.at("automatic_tax"), "enabled"));
  bill.invoice["from_invoice"] = {{"action", "revision"}, {"invoice", original.at("id")}};
  const store::Document explanation = tx.find("okapi.explanation", text(original, "id"));
  const Json& lines = original.at("lines").at("data");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    copy_line(tx, bill, lines[i], explanation->at("lines")[i]);
  }
}

void replace_original(store::Transaction& tx, const Json& revision) {
  if (!has(revision, "from_invoice")) return;
  const store::Document original = tx.find("invoice", text(revision.at("from_invoice"), "invoice"));
  if (!original) return;
  const store::Document replaced =
      tx.update(original, [&](Json& edited) { edited["latest_revision"] = revision.at("id"); });
  const std::string& status = text(*replaced, "status");
  // Guess: one that was paid meanwhile stays paid.
  if (status == "open" || status == "uncollectible") (void)void_invoice(tx, replaced);
}

}  // namespace okapi::engine
