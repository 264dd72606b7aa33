#include "engine/invoice_edit.h"

#include <algorithm>

#include "api/error.h"
#include "api/operation.h"
#include "engine/bill.h"
#include "engine/discounts.h"
#include "engine/legacy_sources.h"
#include "engine/shipping.h"
#include "engine/tax_table.h"
#include "engine/taxes.h"

namespace okapi::engine {
namespace {

// Stripe: an invoice made by hand with auto_advance is finalized an hour after its creation
// (recorded: automatically_finalizes_at is created + 3601, next_payment_attempt created + 3600).
constexpr Seconds manual_grace = hour;

void edit_due_date(Json& invoice, const Json& params, bool creating) {
  const std::string& method = text(invoice, "collection_method");
  const bool names_due = has(params, "due_date") || has(params, "days_until_due");
  if (has(params, "due_date") && has(params, "days_until_due")) {
    throw api::only_one_of({"due_date", "days_until_due"});
  }
  if (method != "send_invoice") {
    if (names_due) {
      throw api::invalid_request(
          "You can only specify 'due_date' or 'days_until_due' if invoice collection method is "
          "'send_invoice'.");
    }
    invoice["due_date"] = nullptr;
    return;
  }
  if (!names_due && (creating || !has(invoice, "due_date"))) {
    throw api::invalid_request(
        "If invoice collection method is 'send_invoice', you must specify 'due_date' or "
        "'days_until_due'.");
  }
  if (has(params, "due_date")) invoice["due_date"] = params.at("due_date");
  if (has(params, "days_until_due")) {
    invoice["due_date"] = integer(invoice, "created") + integer(params, "days_until_due") * day;
  }
}

void edit_auto_advance(Json& invoice, const Json& params) {
  const bool asked = has(params, "auto_advance") ? boolean(params, "auto_advance")
                                                 : boolean(invoice, "auto_advance");
  const auto at = maybe_integer(params, "automatically_finalizes_at");
  if (!asked) {
    set_auto_advance(invoice, false, 0);
    return;
  }
  const bool changed = !boolean(invoice, "auto_advance") || has(params, "collection_method");
  if (at) {
    set_auto_advance(invoice, true, *at);
  } else if (changed) {
    const Seconds pays_at = integer(invoice, "created") + manual_grace;
    set_auto_advance(invoice, true, pays_at);
    invoice["automatically_finalizes_at"] = pays_at + 1;
  }
}

void check_payment_method(store::Transaction& tx, const Json& invoice, const Json& params) {
  const auto id = maybe_text(params, "default_payment_method");
  if (!id) return;
  const store::Document method =
      api::require_param(tx, "payment_method", *id, "default_payment_method");
  if (maybe_text(*method, "customer") == text(invoice, "customer")) return;
  throw api::invalid_request("The customer does not have a payment method with the ID " + *id +
                                 ". The payment method must be attached to the customer.",
                             "default_payment_method", "resource_missing");
}

void edit_terms(store::Transaction& tx, Json& invoice, const Json& params) {
  if (params.contains("default_tax_rates")) {
    invoice["default_tax_rates"] = read_tax_rates(tx, params.at("default_tax_rates"),
                                                  "default_tax_rates", most_default_tax_rates);
  }
  if (has(params, "automatic_tax")) {
    if (boolean(params.at("automatic_tax"), "enabled")) {
      check_tax_location(tx, text(invoice, "customer"));
    }
    set_automatic_tax(invoice, boolean(params.at("automatic_tax"), "enabled"));
  }
  if (!params.contains("discounts")) return;
  invoice["discounts"] = set_discounts(tx,
                                       {.customer = text(invoice, "customer"),
                                        .currency = text(invoice, "currency"),
                                        .invoice = text(invoice, "id")},
                                       params.at("discounts"), nullptr, "discounts");
}

void edit_draft(store::Transaction& tx, Json& invoice, const Json& params, bool creating) {
  check_payment_method(tx, invoice, params);
  if (has(params, "default_source")) {
    invoice["default_source"] =
        attached_source(tx, text(params, "default_source"), text(invoice, "customer"));
  }
  if (params.contains("account_tax_ids")) {
    invoice["account_tax_ids"] = params.at("account_tax_ids");
    for (const Json& id : params.value("account_tax_ids", Json::array())) {
      (void)api::require_param(tx, "tax_id", id.get<std::string>(), "account_tax_ids");
    }
  }
  api::assign_params(
      invoice, params,
      {"shipping_details", "collection_method", "custom_fields", "default_payment_method",
       "description", "effective_at", "footer", "number", "statement_descriptor"});
  for (const char* settings : {"payment_settings", "rendering"}) {
    if (has(params, settings) && has(invoice, settings)) {
      invoice[settings].update(params.at(settings));
    }
  }
  if (params.contains("shipping_cost")) {
    invoice["shipping_cost"] =
        read_shipping_cost(tx, params.at("shipping_cost"), text(invoice, "currency"));
  }
  edit_due_date(invoice, params, creating);
  edit_auto_advance(invoice, params);
  edit_terms(tx, invoice, params);
}

// After finalization: whether it is collected by itself, and notes.
void edit_finalized(Json& invoice, const Json& params) {
  api::assign_params(invoice, params, {"auto_advance", "due_date", "default_payment_method"});
}

}  // namespace

void edit_invoice(store::Transaction& tx, Json& invoice, const Json& params,
                  const InvoiceEdit& edit) {
  if (edit.draft) {
    edit_draft(tx, invoice, params, edit.creating);
  } else {
    check_payment_method(tx, invoice, params);
    edit_finalized(invoice, params);
  }
  api::merge_metadata(invoice, params);
}

void check_frozen_fields(const Json& params) {
  constexpr std::string_view free[] = {"auto_advance", "default_payment_method", "due_date",
                                       "metadata"};
  for (const auto& [name, value] : params.items()) {
    if (std::ranges::find(free, name) != std::end(free)) continue;
    throw api::invalid_request("Finalized invoices can't be updated in this way", name);
  }
}

void refuse_unsupported_invoice(const Json& params) {
  for (const char* name : {"application_fee_amount", "on_behalf_of", "transfer_data"}) {
    if (has(params, name) && !params.at(name).empty()) {
      throw api::not_implemented(std::string("an invoice with `") + name + "`");
    }
  }
}

}  // namespace okapi::engine
