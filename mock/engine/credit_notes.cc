#include "engine/credit_notes.h"

#include <algorithm>

#include "api/error.h"
#include "base/text.h"
#include "billing/currency.h"
#include "billing/tax.h"
#include "engine/balance.h"
#include "engine/collection.h"
#include "engine/coupons.h"
#include "engine/refunds.h"
#include "engine/taxes.h"

namespace okapi::engine {
namespace {

std::string money(const Json& invoice, std::int64_t amount) {
  return billing::price_text(text(invoice, "currency"), Decimal::from_integer(amount));
}

// The share of `whole` that `part` of `of` has, to the nearest cent.
std::int64_t share(std::int64_t whole, std::int64_t part, std::int64_t of) {
  return of == 0 ? 0 : round_fraction(whole, part, of, Rounding::half_away_from_zero);
}

const Json& require_line(const Json& invoice, const std::string& id, const std::string& param) {
  for (const Json& line : invoice.at("lines").at("data")) {
    if (text(line, "id") == id) return line;
  }
  throw api::no_such("invoice line item", id, param);
}

Json bare_line(store::Transaction& tx, const char* type) {
  Json line = api::default_object(tx, "credit_note_line_item");
  line["discount_amount"] = 0;
  line["discount_amounts"] = Json::array();
  line["pretax_credit_amounts"] = Json::array();
  line["quantity"] = nullptr;
  line["tax_rates"] = Json::array();
  line["taxes"] = Json::array();
  line["type"] = type;
  line["unit_amount"] = nullptr;
  line["unit_amount_decimal"] = nullptr;
  return line;
}

// Discounts and taxes of the line follow in proportion.
Json line_of_invoice(store::Transaction& tx, const Json& invoice, const Json& params,
                     const std::string& prefix) {
  const auto id = maybe_text(params, "invoice_line_item");
  if (!id) throw api::missing_parameter(prefix + "[invoice_line_item]");
  const Json& source = require_line(invoice, *id, prefix + "[invoice_line_item]");
  const auto amount = maybe_integer(params, "amount");
  const auto quantity = maybe_integer(params, "quantity");
  if (amount && quantity) {
    throw api::only_one_of({prefix + "[amount]", prefix + "[quantity]"});
  }
  const std::int64_t whole = integer(source, "amount");
  std::int64_t credited = amount.value_or(whole);
  if (quantity) credited = share(whole, *quantity, integer(source, "quantity"));
  if (credited < 0 || credited > whole) {
    throw api::invalid_request(
        concat("The credited amount of the line (", money(invoice, credited),
               ") must not exceed the line's own amount (", money(invoice, whole), ")."),
        prefix + (quantity ? "[quantity]" : "[amount]"));
  }
  Json line = bare_line(tx, "invoice_line_item");
  line["amount"] = credited;
  line["description"] = params.value("description", source.at("description"));
  line["invoice_line_item"] = *id;
  if (quantity) line["quantity"] = *quantity;
  std::int64_t discount = 0;
  for (const Json& row : source.at("discount_amounts")) {
    const std::int64_t part = share(integer(row, "amount"), credited, whole);
    discount += part;
    line["discount_amounts"].push_back({{"amount", part}, {"discount", row.at("discount")}});
    line["pretax_credit_amounts"].push_back(
        {{"amount", part}, {"discount", row.at("discount")}, {"type", "discount"}});
  }
  line["discount_amount"] = discount;
  for (Json row : source.at("taxes")) {
    row["amount"] = share(integer(row, "amount"), credited, whole);
    row["taxable_amount"] = share(integer(row, "taxable_amount"), credited, whole);
    line["taxes"].push_back(std::move(row));
  }
  return line;
}

Json custom_line(store::Transaction& tx, const Json& params, const std::string& prefix) {
  const auto unit_amount = maybe_integer(params, "unit_amount");
  const auto exact = maybe_decimal(params, "unit_amount_decimal");
  if (unit_amount && exact) {
    throw api::only_one_of({prefix + "[unit_amount]", prefix + "[unit_amount_decimal]"});
  }
  if (!unit_amount && !exact) throw api::missing_parameter(prefix + "[unit_amount]");
  const std::int64_t quantity = maybe_integer(params, "quantity").value_or(1);
  const Decimal unit = exact ? *exact : Decimal::from_integer(*unit_amount);
  Json line = bare_line(tx, "custom_line_item");
  line["amount"] =
      round_product(Decimal::from_integer(quantity), unit, Rounding::half_away_from_zero);
  line["description"] = params.value("description", Json());
  line["quantity"] = quantity;
  line["unit_amount"] = unit_amount ? Json(*unit_amount) : Json();
  line["unit_amount_decimal"] = unit.text();
  line["tax_rates"] = read_tax_rates(tx, params.value("tax_rates", Json()), prefix + "[tax_rates]",
                                     most_line_tax_rates);
  for (const Json& rate : line.at("tax_rates")) {
    const Decimal percentage = read_percent(rate.at("percentage"));
    const std::int64_t amount = integer(line, "amount");
    const bool inclusive = boolean(rate, "inclusive");
    const std::int64_t tax = inclusive ? billing::inclusive_tax(amount, percentage, percentage)
                                       : billing::exclusive_tax(amount, percentage);
    line["taxes"].push_back({{"amount", tax},
                             {"tax_behavior", inclusive ? "inclusive" : "exclusive"},
                             {"tax_rate_details", {{"tax_rate", rate.at("id")}}},
                             {"taxability_reason", "not_available"},
                             {"taxable_amount", inclusive ? amount - tax : amount},
                             {"type", "tax_rate_details"}});
  }
  return line;
}

Json read_lines(store::Transaction& tx, const Json& invoice, const Json& params) {
  Json lines = Json::array();
  if (!has(params, "lines")) return lines;
  for (const Json& line : params.at("lines")) {
    const std::string prefix = concat("lines[", std::to_string(lines.size()), "]");
    lines.push_back(text(line, "type") == "custom_line_item"
                        ? custom_line(tx, line, prefix)
                        : line_of_invoice(tx, invoice, line, prefix));
  }
  return lines;
}

struct Sums {
  std::int64_t amount = 0;
  std::int64_t discounts = 0;
  std::int64_t exclusive = 0;
  std::int64_t inclusive = 0;
  Json taxes = Json::array();
};

void add_tax(Json& totals, const Json& row) {
  for (Json& total : totals) {
    if (total.at("tax_rate_details") != row.at("tax_rate_details")) continue;
    total["amount"] = integer(total, "amount") + integer(row, "amount");
    total["taxable_amount"] = integer(total, "taxable_amount") + integer(row, "taxable_amount");
    return;
  }
  totals.push_back(row);
}

Sums sums_of(const Json& lines) {
  Sums sums;
  for (const Json& line : lines) {
    sums.amount += integer(line, "amount");
    sums.discounts += integer(line, "discount_amount");
    for (const Json& row : line.at("taxes")) {
      const bool inside = text(row, "tax_behavior") == "inclusive";
      (inside ? sums.inclusive : sums.exclusive) += integer(row, "amount");
      add_tax(sums.taxes, row);
    }
  }
  return sums;
}

store::Document require_invoice(store::Transaction& tx, const Json& params) {
  store::Document invoice = api::require_param(tx, "invoice", text(params, "invoice"), "invoice");
  const std::string& status = text(*invoice, "status");
  if (status == "draft" || status == "void") {
    throw api::invalid_request(
        concat("You can only create a credit note for an invoice that is open, paid or "
               "uncollectible. This invoice is ",
               status, "."),
        "invoice");
  }
  return invoice;
}

std::int64_t credited_before(const store::Transaction& tx, std::string_view invoice) {
  std::int64_t credited = 0;
  for (const store::Document& note : tx.where("credit_note", "invoice", invoice)) {
    if (text(*note, "status") == "issued") credited += integer(*note, "total");
  }
  return credited;
}

Json refunds_of(store::Transaction& tx, const Json& params) {
  Json refunds = Json::array();
  if (!has(params, "refunds")) return refunds;
  for (const Json& entry : params.at("refunds")) {
    const std::string prefix = concat("refunds[", std::to_string(refunds.size()), "]");
    const auto id = maybe_text(entry, "refund");
    if (!id) throw api::missing_parameter(prefix + "[refund]");
    const store::Document refund = api::require_param(tx, "refund", *id, prefix + "[refund]");
    const std::int64_t amount =
        maybe_integer(entry, "amount_refunded").value_or(integer(*refund, "amount"));
    refunds.push_back({{"amount_refunded", amount},
                       {"payment_record_refund", nullptr},
                       {"refund", *id},
                       {"type", "refund"}});
  }
  return refunds;
}

void check_parts(const Json& invoice, std::int64_t post, std::int64_t given) {
  if (post == given) return;
  throw api::invalid_request(concat(
      "The sum of credit amount, refund amount and outside of Stripe credit amounts (",
      money(invoice, given), ") must equal the credit note amount (", money(invoice, post), ")."));
}

std::string number_of(const store::Transaction& tx, const Json& invoice) {
  const std::string digits =
      std::to_string(tx.where("credit_note", "invoice", text(invoice, "id")).size() + 1);
  return concat(maybe_text(invoice, "number").value_or("INVOICE"),
                digits.size() < 2 ? "-CN-0" : "-CN-", digits);
}

// The payment asks for what is left, or for nothing any more.
void follow_payment(store::Transaction& tx, const Json& invoice) {
  const store::Document payment = payment_of(tx, invoice);
  if (!payment || text(*payment, "status") != "open") return;
  const std::int64_t left = integer(invoice, "amount_remaining");
  if (left == 0) return;
  tx.update(payment, [&](Json& edited) { edited["amount_requested"] = left; });
  const store::Document intent =
      tx.find("payment_intent", text(payment->at("payment"), "payment_intent"));
  tx.update(intent, [&](Json& edited) { edited["amount"] = left; });
}

void explain(store::Transaction& tx, const Json& invoice, const Json& note, int sign) {
  const store::Document workings = tx.find("okapi.explanation", text(invoice, "id"));
  tx.update(workings, [&](Json& edited) {
    edited["amount_due"] = invoice.at("amount_due");
    Json& notes = edited["credit_notes"];
    if (!notes.is_array()) notes = Json::array();
    notes.push_back({{"amount", sign * integer(note, "total")},
                     {"credit_note", note.at("id")},
                     {"number", note.at("number")},
                     {"post_payment", sign * integer(note, "post_payment_amount")},
                     {"pre_payment", sign * integer(note, "pre_payment_amount")}});
  });
}

store::Document lower_invoice(store::Transaction& tx, const Json& note) {
  const std::int64_t pre = integer(note, "pre_payment_amount");
  const std::int64_t post = integer(note, "post_payment_amount");
  const auto add = [](Json& edited, const char* field, std::int64_t amount) {
    edited[field] = integer(edited, field) + amount;
  };
  return tx.update(tx.find("invoice", text(note, "invoice")), [&](Json& edited) {
    add(edited, "amount_due", -pre);
    add(edited, "amount_remaining", -pre);
    add(edited, "pre_payment_credit_notes_amount", pre);
    add(edited, "post_payment_credit_notes_amount", post);
  });
}

}  // namespace

DraftedCreditNote draft_credit_note(store::Transaction& tx, const Json& params,
                                    const api::Settings& settings) {
  if (has(params, "shipping_cost"))
    throw api::not_implemented("a credit note with `shipping_cost`");
  const store::Document invoice = require_invoice(tx, params);
  DraftedCreditNote drafted;
  drafted.lines = read_lines(tx, *invoice, params);
  const Sums sums = sums_of(drafted.lines);
  std::int64_t total = sums.amount - sums.discounts + sums.exclusive;
  const auto amount = maybe_integer(params, "amount");
  if (drafted.lines.empty()) {
    if (!amount) {
      throw api::invalid_request("You must provide one of `amount`, `lines` or `shipping_cost`.",
                                 "amount");
    }
    total = *amount;
  } else if (amount && *amount != total) {
    throw api::invalid_request(
        concat("The amount (", money(*invoice, *amount), ") must equal the sum of the lines (",
               money(*invoice, total), ")."),
        "amount");
  }
  if (total < 1) throw api::at_least("amount", 1);
  const std::int64_t left = integer(*invoice, "total") - credited_before(tx, invoice.id());
  if (total > left) {
    throw api::invalid_request(
        concat("The credit note amount (", money(*invoice, total),
               ") is greater than what can still be credited (", money(*invoice, left), ")."),
        "amount");
  }
  const std::int64_t pre = std::min(total, integer(*invoice, "amount_remaining"));
  const std::int64_t post = total - pre;
  drafted.refund_amount = maybe_integer(params, "refund_amount").value_or(0);
  drafted.credit_amount = maybe_integer(params, "credit_amount").value_or(0);
  const auto out_of_band = maybe_integer(params, "out_of_band_amount");
  drafted.refunds = refunds_of(tx, params);
  std::int64_t given = drafted.refund_amount + drafted.credit_amount + out_of_band.value_or(0);
  for (const Json& refund : drafted.refunds) given += integer(refund, "amount_refunded");
  check_parts(*invoice, post, given);
  Json note = api::default_object(tx, "credit_note");
  note.update(
      {{"amount", total},
       {"amount_shipping", 0},
       {"currency", invoice->at("currency")},
       {"customer", invoice->at("customer")},
       {"customer_balance_transaction", nullptr},
       {"discount_amount", sums.discounts},
       {"discount_amounts", Json::array()},
       {"effective_at", params.value("effective_at", Json(tx.now()))},
       {"invoice", invoice.id()},
       {"memo", params.value("memo", Json())},
       {"number", number_of(tx, *invoice)},
       {"out_of_band_amount", out_of_band ? Json(*out_of_band) : Json()},
       {"post_payment_amount", post},
       {"pre_payment_amount", pre},
       {"pretax_credit_amounts", Json::array()},
       {"reason", params.value("reason", Json())},
       {"refunds", drafted.refunds},
       {"shipping_cost", nullptr},
       {"status", "issued"},
       {"subtotal", drafted.lines.empty() ? total : sums.amount},
       {"subtotal_excluding_tax", drafted.lines.empty() ? total : sums.amount - sums.inclusive},
       {"total", total},
       {"total_excluding_tax", total - sums.exclusive - sums.inclusive},
       {"total_taxes", sums.taxes},
       {"type", post == 0  ? "pre_payment"
                : pre == 0 ? "post_payment"
                           : "mixed"},
       {"voided_at", nullptr}});
  for (const Json& line : drafted.lines) {
    for (const Json& row : line.at("discount_amounts")) note["discount_amounts"].push_back(row);
  }
  api::merge_metadata(note, params);
  const std::string id = text(note, "id");
  // Differs: Stripe's stand on pay.stripe.com.
  note["pdf"] =
      concat(settings.base_url, "/credit_notes/", tx.account_id(), "/test_", id, "/pdf?s=ap");
  note["lines"] = {{"object", "list"},
                   {"data", drafted.lines},
                   {"has_more", false},
                   {"url", concat("/v1/credit_notes/", id, "/lines")}};
  drafted.note = std::move(note);
  return drafted;
}

store::Document issue_credit_note(store::Transaction& tx, DraftedCreditNote drafted,
                                  const api::Settings&) {
  Json& note = drafted.note;
  if (drafted.credit_amount > 0) {
    const store::Document customer =
        api::require_param(tx, "customer", text(note, "customer"), "credit_amount");
    const store::Document credited = adjust_customer_balance(tx, customer,
                                                             {.amount = -drafted.credit_amount,
                                                              .type = "credit_note",
                                                              .currency = text(note, "currency"),
                                                              .invoice = text(note, "invoice"),
                                                              .credit_note = text(note, "id")});
    note["customer_balance_transaction"] = credited.id();
  }
  store::Document stored = tx.insert(note);
  tx.emit("credit_note.created", stored);
  if (drafted.credit_amount > 0) {
    tx.emit("customer.updated", tx.find("customer", text(note, "customer")));
  }
  if (drafted.refund_amount > 0) {
    const store::Document payment = payment_of(tx, *tx.find("invoice", text(note, "invoice")));
    if (!payment || text(*payment, "status") != "paid") {
      throw api::invalid_request("There is no payment of this invoice that could be refunded.",
                                 "refund_amount");
    }
    const std::string intent = text(payment->at("payment"), "payment_intent");
    const store::Document refund = refund_charge(tx, {.charge = charge_of_intent(tx, intent).id(),
                                                      .amount = drafted.refund_amount,
                                                      .param = "refund_amount"});
    stored = tx.update(stored, [&](Json& edited) {
      edited["refunds"].push_back({{"amount_refunded", drafted.refund_amount},
                                   {"payment_record_refund", nullptr},
                                   {"refund", refund.id()},
                                   {"type", "refund"}});
    });
  }
  const store::Document lowered = lower_invoice(tx, *stored);
  explain(tx, *lowered, *stored, 1);
  const bool open = text(*lowered, "status") == "open";
  if (open && integer(*lowered, "amount_remaining") == 0) {
    pay_out_of_band(tx, lowered);  // nothing is left to pay
    return stored;
  }
  follow_payment(tx, *lowered);
  tx.emit("invoice.updated", lowered);
  return stored;
}

store::Document void_credit_note(store::Transaction& tx, const store::Document& note) {
  const store::Document invoice = tx.find("invoice", text(*note, "invoice"));
  const bool open = text(*invoice, "status") == "open" && text(*note, "type") == "pre_payment";
  if (text(*note, "status") == "void" || !open) {
    throw api::invalid_request(
        "You can only void a credit note that is issued, that paid nothing back, and whose invoice "
        "is open.");
  }
  store::Document voided = tx.update(note, [&](Json& edited) {
    edited["status"] = "void";
    edited["voided_at"] = tx.now();
  });
  Json back = *note;
  back["pre_payment_amount"] = -integer(*note, "pre_payment_amount");
  const store::Document raised = lower_invoice(tx, back);
  explain(tx, *raised, *note, -1);
  follow_payment(tx, *raised);
  tx.emit("credit_note.voided", voided);
  tx.emit("invoice.updated", raised);
  return voided;
}

}  // namespace okapi::engine
