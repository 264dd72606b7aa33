#include "engine/bill.h"

#include "api/operation.h"
#include "base/check.h"
#include "engine/discounts.h"
#include "engine/tax_ids.h"

namespace okapi::engine {
namespace {

constexpr std::int64_t largest_line = 1'000'000'000'000'000;  // minor units

Json empty_lines(const std::string& invoice) {
  return {{"object", "list"},
          {"data", Json::array()},
          {"has_more", false},
          {"total_count", 0},
          {"url", "/v1/invoices/" + invoice + "/lines"}};
}

void copy_subscription(Json& invoice, const Json& subscription) {
  invoice["default_payment_method"] =
      nullptr;  // Stripe: the subscription's is looked up at payment
  // Stripe: the memo comes from invoice_settings; the subscription's own description does not.
  for (const char* field : {"custom_fields", "description", "footer"}) {
    invoice[field] = subscription.at("invoice_settings").value(field, Json());
  }
  // Stripe: a snapshot; later changes of the subscription's metadata do not reach it.
  invoice["parent"] = {
      {"quote_details", nullptr},
      {"subscription_details",
       {{"metadata", subscription.at("metadata")}, {"subscription", text(subscription, "id")}}},
      {"type", "subscription_details"}};
}

Json empty_invoice(store::Transaction& tx, bool preview) {
  Json invoice = api::default_object(tx, "invoice");
  if (preview) invoice["id"] = tx.new_id("upcoming_in_", 36);
  invoice["account_country"] = "US";
  for (const char* amount :
       {"amount_due", "amount_overpaid", "amount_paid", "amount_remaining", "amount_shipping",
        "attempt_count", "post_payment_credit_notes_amount", "pre_payment_credit_notes_amount",
        "starting_balance", "subtotal", "subtotal_excluding_tax", "total", "total_excluding_tax"}) {
    invoice[amount] = 0;
  }
  for (const char* list : {"default_tax_rates", "discounts", "total_discount_amounts",
                           "total_pretax_credit_amounts", "total_taxes"}) {
    invoice[list] = Json::array();
  }
  for (const char* unset : {"automatically_finalizes_at", "ending_balance", "hosted_invoice_url",
                            "invoice_pdf", "next_payment_attempt", "number", "parent"}) {
    invoice[unset] = nullptr;
  }
  invoice["attempted"] = false;
  invoice["auto_advance"] = false;
  invoice["automatic_tax"] = {{"disabled_reason", nullptr},
                              {"enabled", false},
                              {"liability", nullptr},
                              {"provider", nullptr},
                              {"status", nullptr}};
  invoice["issuer"] = {{"type", "self"}};
  invoice["lines"] = empty_lines(text(invoice, "id"));
  invoice["payment_settings"] = {{"default_mandate", nullptr},
                                 {"payment_method_options", nullptr},
                                 {"payment_method_types", nullptr}};
  invoice["status"] = "draft";
  invoice["status_transitions"] = {{"finalized_at", nullptr},
                                   {"marked_uncollectible_at", nullptr},
                                   {"paid_at", nullptr},
                                   {"voided_at", nullptr}};
  return invoice;
}

Json empty_explanation(const Json& invoice) {
  return {{"id", text(invoice, "id")},
          {"object", "okapi.explanation"},
          {"billing_reason", invoice.at("billing_reason")},
          {"currency", invoice.at("currency")},
          {"customer", invoice.at("customer")},
          {"lines", Json::array()},
          {"number", nullptr},
          {"period", {{"start", invoice.at("period_start")}, {"end", invoice.at("period_end")}}}};
}

}  // namespace

void copy_customer(const store::Transaction& tx, Json& invoice, const Json& customer) {
  invoice["customer"] = text(customer, "id");
  for (const char* field : {"address", "email", "name", "phone", "shipping", "tax_exempt"}) {
    invoice[std::string("customer_") + field] = customer.value(field, Json());
  }
  invoice["customer_tax_ids"] = shown_tax_ids(tx, text(customer, "id"));
  invoice["test_clock"] = customer.value("test_clock", Json());
}

Bill make_bill(store::Transaction& tx, const NewBill& wanted) {
  Json invoice = empty_invoice(tx, wanted.preview);
  const Json& customer = *wanted.customer;
  copy_customer(tx, invoice, customer);
  if (wanted.subscription != nullptr) copy_subscription(invoice, *wanted.subscription);
  invoice["billing_reason"] = wanted.billing_reason;
  // Stripe: an invoice made by hand takes the customer's discount, and none of the subscription's
  // terms.
  const Json* terms = wanted.billing_reason == "manual" ? nullptr : wanted.subscription;
  invoice["discounts"] = discounts_of_bill(tx, customer, terms, tx.now());
  if (terms != nullptr) {
    const Json rates = terms->value("default_tax_rates", Json());
    if (rates.is_array()) invoice["default_tax_rates"] = rates;
    set_automatic_tax(invoice, boolean(terms->at("automatic_tax"), "enabled"));
  }
  invoice["collection_method"] =
      wanted.collection_method
          ? *wanted.collection_method
          : (wanted.subscription != nullptr ? text(*wanted.subscription, "collection_method")
                                            : std::string("charge_automatically"));
  invoice["created"] = tx.now();
  invoice["currency"] = wanted.currency;
  if (wanted.days_until_due) invoice["due_date"] = tx.now() + *wanted.days_until_due * day;
  invoice["period_start"] = wanted.period.start;
  invoice["period_end"] = wanted.period.end;
  // Differs: Stripe waits for the delivery of invoice.created (up to 72 h); okapi never does.
  invoice["webhooks_delivered_at"] = tx.now();
  Bill bill{.invoice = std::move(invoice), .explanation = {}, .preview = wanted.preview};
  bill.explanation = empty_explanation(bill.invoice);
  return bill;
}

Bill open_bill(const store::Transaction& tx, const store::Document& invoice) {
  const store::Document explanation = tx.find("okapi.explanation", invoice.id());
  OKAPI_CHECK(explanation);
  return {.invoice = *invoice, .explanation = *explanation, .preview = false};
}

store::Document store_bill(store::Transaction& tx, Bill bill) {
  OKAPI_CHECK(!bill.preview);
  const std::string id = text(bill.invoice, "id");
  if (const store::Document workings = tx.find("okapi.explanation", id)) {
    tx.update(workings, [&](Json& edited) { edited = std::move(bill.explanation); });
  } else {
    tx.insert(std::move(bill.explanation));
  }
  if (const store::Document invoice = tx.find("invoice", id)) {
    return tx.update(invoice, [&](Json& edited) { edited = std::move(bill.invoice); });
  }
  return tx.insert(std::move(bill.invoice));
}

std::string new_line_id(store::Transaction& tx, const Bill& bill) {
  return bill.preview ? tx.new_id("il_tmp_", 31) : api::new_id(tx, "line_item");
}

void add_line(store::Transaction& tx, Bill& bill, Json line, Json working) {
  // So that the sum of any number of lines fits.
  const std::int64_t amount = integer(line, "amount");
  if (amount > largest_line || amount < -largest_line) {
    throw OutOfRange("an invoice line exceeds ten trillion");
  }
  line["id"] = new_line_id(tx, bill);
  line["invoice"] = text(bill.invoice, "id");
  working["line"] = line.at("id");
  bill.lines().push_back(std::move(line));
  bill.workings().push_back(std::move(working));
}

void set_automatic_tax(Json& invoice, bool enabled) {
  // What the rates are stands in engine/tax_table.h.
  invoice["automatic_tax"] = {{"disabled_reason", nullptr},
                              {"enabled", enabled},
                              {"liability", enabled ? Json({{"type", "self"}}) : Json()},
                              {"provider", enabled ? Json("stripe") : Json()},
                              {"status", enabled ? Json("complete") : Json()}};
}

void set_auto_advance(Json& invoice, bool auto_advance, Seconds finalizes_at) {
  invoice["auto_advance"] = auto_advance;
  invoice["automatically_finalizes_at"] = auto_advance ? Json(finalizes_at) : Json();
  const bool charges = text(invoice, "collection_method") == "charge_automatically";
  invoice["next_payment_attempt"] = auto_advance && charges ? Json(finalizes_at) : Json();
}

}  // namespace okapi::engine
