// Invoices made by hand and what is done to any invoice (subscriptions-invoices 3). The workings of
// drafts, finalization and payment stand in engine/.
#include "api/error.h"
#include "api/expand.h"
#include "api/list.h"
#include "api/operation.h"
#include "api/search.h"
#include "api/storage.h"
#include "billing/invoice.h"
#include "engine/clock.h"
#include "engine/collection.h"
#include "engine/compose.h"
#include "engine/customer_currency.h"
#include "engine/finalize.h"
#include "engine/invoice_due.h"
#include "engine/invoice_edit.h"
#include "engine/lines.h"
#include "engine/partial_payments.h"
#include "engine/preview.h"
#include "engine/revisions.h"
#include "engine/settings.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "invoice";

billing::InvoiceStatus status_of(const Json& invoice) {
  return billing::find_invoice_status(text(invoice, "status")).value();
}

// The invoice of the path, with its customer's time entered. Stripe: 404 names `invoice` or `id`
// depending on the call (recorded).
store::Document enter_invoice(api::Context& ctx, std::string_view param) {
  store::Document invoice = api::require(ctx.tx, kind, ctx.path_id, param);
  if (const auto customer = ctx.tx.find("customer", text(*invoice, "customer"))) {
    engine::enter_time_of(ctx.tx, *customer);
  }
  return invoice;
}

// --- create

struct Owner {
  store::Document customer;
  store::Document subscription;  // empty: none
  store::Document original;      // that is revised; empty: none
};

Owner owner_of(api::Context& ctx) {
  Owner owner;
  const auto subscription = maybe_text(ctx.params, "subscription");
  std::optional<std::string> customer = maybe_text(ctx.params, "customer");
  if (subscription) {
    owner.subscription = api::require_param(ctx.tx, "subscription", *subscription, "subscription");
    const std::string& owned_by = text(*owner.subscription, "customer");
    if (customer && *customer != owned_by) {
      throw api::invalid_request("The subscription `" + *subscription +
                                     "` does not belong to the customer `" + *customer + "`.",
                                 "subscription");
    }
    customer = owned_by;
  }
  owner.original = engine::original_of(ctx.tx, ctx.params);
  if (owner.original) {
    const std::string& billed = text(*owner.original, "customer");
    if (customer && *customer != billed) {
      throw api::invalid_request("A revision has the customer of the invoice that it revises.",
                                 "customer");
    }
    customer = billed;
  }
  if (!customer) throw api::missing_parameter("customer");
  owner.customer = api::require_param(ctx.tx, "customer", *customer, "customer");
  engine::enter_time_of(ctx.tx, *owner.customer);
  return owner;
}

// Stripe: the parameter, else the subscription's, else the customer's, else the account's.
std::string currency_of(const api::Context& ctx, const Owner& owner) {
  if (const auto currency = maybe_text(ctx.params, "currency")) return *currency;
  if (owner.original) return text(*owner.original, "currency");
  if (owner.subscription) return text(*owner.subscription, "currency");
  return maybe_text(*owner.customer, "currency").value_or("usd");
}

void add_pending(api::Context& ctx, engine::Bill& bill, const Owner& owner) {
  if (maybe_text(ctx.params, "pending_invoice_items_behavior") != "include") return;
  for (const store::Document& item : engine::pending_items_of(
           ctx.tx, {.customer = owner.customer.id(),
                   .currency = text(bill.invoice, "currency"),
                   .subscription = owner.subscription ? owner.subscription.id() : std::string(),
                   .of_subscription_only = true})) {
    engine::add_invoice_item_line(ctx.tx, bill, *item);
  }
}

api::Reply create(api::Context& ctx) {
  engine::refuse_unsupported_invoice(ctx.params);
  const Owner owner = owner_of(ctx);
  const std::string currency = currency_of(ctx, owner);
  engine::settle_currency(ctx.tx, owner.customer.id(), currency);
  const Json* subscription = owner.subscription ? &*owner.subscription : nullptr;
  engine::Bill bill = engine::make_bill(
      ctx.tx, {.customer = ctx.tx.find("customer", owner.customer.id()),
               .subscription = subscription,
               .currency = currency,
               .billing_reason = "manual",
               .period = {.start = ctx.now(), .end = ctx.now()},
               .collection_method =
                   maybe_text(ctx.params, "collection_method").value_or("charge_automatically")});
  bill.invoice["description"] = nullptr;
  bill.invoice["rendering"] = {{"amount_tax_display", nullptr},
                               {"pdf", {{"page_size", "auto"}}},
                               {"template", nullptr},
                               {"template_version", nullptr}};
  if (owner.original) engine::copy_original(ctx.tx, bill, *owner.original);
  engine::edit_invoice(ctx.tx, bill.invoice, ctx.params, {.creating = !owner.original});
  add_pending(ctx, bill, owner);
  if (maybe_boolean(ctx.params, "_never_empty") && bill.lines().empty()) {
    // Guess: the code beside that text.
    throw api::invalid_request("Nothing to invoice for customer", "",
                               "invoice_no_customer_line_items");
  }
  engine::settle_bill(ctx.tx, bill);
  const store::Document invoice = engine::store_bill(ctx.tx, std::move(bill));
  engine::claim_invoice_items(ctx.tx, *invoice);
  ctx.tx.emit("invoice.created", invoice);
  return invoice;
}

// --- retrieve, update, delete, list

api::Reply retrieve(api::Context& ctx) {
  const store::Document invoice = api::require(ctx.tx, kind, ctx.path_id, "invoice");
  return engine::refresh_for_reading(ctx.tx, invoice);
}

api::Reply update(api::Context& ctx) {
  engine::refuse_unsupported_invoice(ctx.params);
  const store::Document before = enter_invoice(ctx, "id");
  const bool draft = status_of(*before) == billing::InvoiceStatus::draft;
  if (!draft) engine::check_frozen_fields(ctx.params);
  store::Document updated = ctx.tx.update(before, [&](Json& edited) {
    engine::edit_invoice(ctx.tx, edited, ctx.params, {.draft = draft});
  });
  if (draft) updated = engine::refresh_draft(ctx.tx, updated);
  if (!(updated == before)) ctx.tx.emit("invoice.updated", updated);
  return updated;
}

api::Reply del(api::Context& ctx) {
  const store::Document invoice = enter_invoice(ctx, "invoice");
  if (!billing::allows(status_of(*invoice), billing::InvoiceAction::del)) {
    throw api::invalid_request("You can only delete draft invoices.");
  }
  // Stripe: the items that were on it do not become pending again, they are gone (recorded).
  for (const store::Document& item : ctx.tx.where("invoiceitem", "invoice", invoice.id())) {
    api::bury(ctx.tx, item);
  }
  if (const auto workings = ctx.tx.find("okapi.explanation", invoice.id())) {
    ctx.tx.erase(workings);
  }
  ctx.tx.erase(invoice);
  ctx.tx.emit("invoice.deleted", invoice);
  return api::deleted_stub(kind, invoice.id());
}

bool matches(const Json& invoice, const Json& params) {
  for (const char* field : {"collection_method", "customer", "status"}) {
    if (has(params, field) && invoice.at(field) != params.at(field)) return false;
  }
  if (has(params, "subscription") &&
      at_path(invoice, {"parent", "subscription_details", "subscription"}) !=
          params.at("subscription")) {
    return false;
  }
  for (const char* field : {"created", "due_date"}) {
    if (!has(params, field)) continue;
    if (!has(invoice, field)) return false;
    if (!api::in_range(params.at(field), integer(invoice, field))) return false;
  }
  return true;
}

api::Reply list(api::Context& ctx) {
  const auto customer = maybe_text(ctx.params, "customer");
  const auto subscription = maybe_text(ctx.params, "subscription");
  if (customer) (void)api::require_param(ctx.tx, "customer", *customer, "customer");
  api::ListQuery query = {.kind = kind};
  if (subscription) {
    query.index_field = "parent.subscription_details.subscription";
    query.index_value = *subscription;
  } else if (customer) {
    query.index_field = "customer";
    query.index_value = *customer;
  }
  query.matches =
      api::if_asked(ctx, [&](const Json& invoice) { return matches(invoice, ctx.params); });
  api::Page page = api::list_documents(ctx, query);
  for (store::Document& invoice : page.documents) {
    invoice = engine::refresh_for_reading(ctx.tx, invoice);
  }
  return page;
}

api::Reply list_line_items(api::Context& ctx) {
  const store::Document invoice =
      engine::refresh_for_reading(ctx.tx, api::require(ctx.tx, kind, ctx.path_id, "invoice"));
  std::vector<Json> lines = invoice->at("lines").at("data").get<std::vector<Json>>();
  return api::page_of(ctx, std::move(lines));
}

// --- actions

store::Document finalized(api::Context& ctx, const store::Document& invoice,
                          std::optional<bool> auto_advance) {
  (void)api::require_param(ctx.tx, "customer", text(*invoice, "customer"), "customer");
  return engine::finalize_invoice(ctx.tx, invoice, engine::settings_of(ctx),
                                  {.auto_advance = auto_advance});
}

api::Reply finalize(api::Context& ctx) {
  const store::Document draft = enter_invoice(ctx, "id");
  if (!billing::allows(status_of(*draft), billing::InvoiceAction::finalize)) {
    throw api::invalid_request(
        "This invoice is already finalized, you can't re-finalize a non-draft invoice.");
  }
  std::optional<bool> auto_advance;
  if (has(ctx.params, "auto_advance")) auto_advance = boolean(ctx.params, "auto_advance");
  const store::Document invoice = finalized(ctx, draft, auto_advance);
  const bool charges = text(*invoice, "collection_method") == "charge_automatically";
  // Guess: the answer says open and the attempt follows right after it.
  if (status_of(*invoice) == billing::InvoiceStatus::open && charges &&
      boolean(*invoice, "auto_advance")) {
    return engine::collect_soon(ctx.tx, invoice);
  }
  return invoice;
}

void check_payable(billing::InvoiceStatus status) {
  if (billing::allows(status, billing::InvoiceAction::pay)) return;
  if (status == billing::InvoiceStatus::paid) {
    throw api::invalid_request("Invoice is already paid");
  }
  throw api::invalid_request("This invoice is void and can no longer be paid.");
}

// payment_method, or the `source` of a customer that has one of old. `mandate` and `forgive` say
// nothing about cards.
store::Document method_of_params(api::Context& ctx, const Json& invoice) {
  const char* name = has(ctx.params, "source") ? "source" : "payment_method";
  const auto id = maybe_text(ctx.params, name);
  if (!id) return {};
  store::Document method = api::require_param(ctx.tx, "payment_method", *id, name);
  if (maybe_text(*method, "customer") != text(invoice, "customer")) {
    throw api::invalid_request("The customer does not have a payment method with the ID " + *id +
                                   ". The payment method must be attached to the customer.",
                               name, "resource_missing");
  }
  return method;
}

api::Reply pay(api::Context& ctx) {
  store::Document invoice = enter_invoice(ctx, "id");
  check_payable(status_of(*invoice));
  const store::Document method = method_of_params(ctx, *invoice);
  if (status_of(*invoice) == billing::InvoiceStatus::draft) {
    invoice = finalized(ctx, invoice, std::nullopt);
    if (status_of(*invoice) == billing::InvoiceStatus::paid) return invoice;
  }
  if (maybe_boolean(ctx.params, "paid_out_of_band")) {
    return engine::pay_out_of_band(ctx.tx, invoice);
  }
  const bool off_session = !has(ctx.params, "off_session") || boolean(ctx.params, "off_session");
  const engine::PaymentResult result = engine::try_payment(
      ctx.tx, invoice, engine::settings_of(ctx),
      {.payment_method = method, .automatic = false, .off_session = off_session});
  using Status = engine::PaymentResult::Status;
  if (result.status == Status::no_payment_method) {
    throw api::invalid_request(
        "There is no `default_payment_method` set on this Customer or Invoice. Please set a "
        "default payment method on one of them, or pass `payment_method`.");
  }
  if (result.refusal) throw *result.refusal;
  if (result.status == Status::requires_action) throw api::invoice_requires_action();
  return result.invoice;
}

api::Reply attach_payment(api::Context& ctx) {
  return engine::attach_payment(ctx.tx, enter_invoice(ctx, "id"), ctx.params);
}

api::Reply void_invoice(api::Context& ctx) {
  const store::Document invoice = enter_invoice(ctx, "id");
  const billing::InvoiceStatus status = status_of(*invoice);
  if (status == billing::InvoiceStatus::paid) {
    throw api::invalid_request("Invoices with `paid` payments cannot be voided.");
  }
  if (!billing::allows(status, billing::InvoiceAction::void_invoice)) {
    throw api::invalid_request("You can only pass in open invoices. This invoice isn't open.");
  }
  return engine::void_invoice(ctx.tx, invoice);
}

api::Reply mark_uncollectible(api::Context& ctx) {
  const store::Document invoice = enter_invoice(ctx, "id");
  const billing::InvoiceStatus status = status_of(*invoice);
  if (status == billing::InvoiceStatus::uncollectible) {
    throw api::invalid_request("This invoice has already been marked uncollectible.");
  }
  if (!billing::allows(status, billing::InvoiceAction::mark_uncollectible)) {
    throw api::invalid_request("You can only pass in open invoices. This invoice isn't open.");
  }
  return engine::mark_uncollectible(ctx.tx, invoice);
}

api::Reply send(api::Context& ctx) {
  store::Document invoice = enter_invoice(ctx, "invoice");
  if (!billing::allows(status_of(*invoice), billing::InvoiceAction::send)) {
    throw api::invalid_request(
        "This invoice cannot be sent right now. Please contact us via "
        "https://support.stripe.com/contact with details, so we can help.");
  }
  if (status_of(*invoice) == billing::InvoiceStatus::draft) {
    invoice = finalized(ctx, invoice, std::nullopt);
  }
  ctx.tx.emit("invoice.sent", invoice);
  return invoice;
}

api::Reply create_preview(api::Context& ctx) { return engine::preview_invoice(ctx); }

// --- what only expansion shows

Json payments(store::Transaction& tx, const Json& invoice) {
  std::vector<Json> rows;
  for (const store::Document& payment :
       tx.where("invoice_payment", "invoice", text(invoice, "id"))) {
    rows.push_back(*payment);
  }
  return api::embedded_list(std::move(rows), "/v1/invoices/payments");
}

Json confirmation_secret(store::Transaction& tx, const Json& invoice) {
  const store::Document payment = engine::payment_of(tx, invoice);
  if (!payment) return nullptr;
  const store::Document intent =
      tx.find("payment_intent", text(payment->at("payment"), "payment_intent"));
  return {{"client_secret", text(*intent, "client_secret")}, {"type", "payment_intent"}};
}

}  // namespace

void register_invoices(api::Registry& registry) {
  registry.bind("invoices.create", create);
  registry.bind("invoices.retrieve", retrieve);
  registry.computed("invoices.retrieve");  // a draft is computed when it is read
  registry.bind("invoices.update", update);
  registry.bind("invoices.del", del);
  registry.bind("invoices.list", list);
  registry.bind("invoices.search", api::search_objects);
  registry.bind("invoices.list_line_items", list_line_items);
  registry.bind("invoices.create_preview", create_preview);
  registry.bind("invoices.finalize_invoice", finalize);
  registry.bind("invoices.pay", pay);
  registry.bind("invoices.attach_payment", attach_payment);
  registry.bind("invoices.void_invoice", void_invoice);
  registry.bind("invoices.mark_uncollectible", mark_uncollectible);
  registry.bind("invoices.send_invoice", send);
  registry.index(kind, "customer");
  registry.index(kind, "parent.subscription_details.subscription");
  registry.due(kind, engine::invoice_due);
  api::register_includable("invoice.payments", payments);
  api::register_includable("invoice.confirmation_secret", confirmation_secret);
}

}  // namespace okapi::resources
