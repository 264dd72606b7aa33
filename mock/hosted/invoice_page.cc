// The hosted invoice page: what is owed, and a card to pay it with (api-conventions 10.3).
#include "base/text.h"
#include "hosted/card_form.h"
#include "hosted/documents.h"
#include "hosted/page_list.h"
#include "hosted/view.h"
#include "paper/words.h"

namespace okapi::hosted {
namespace {

bool is_payable(const Json& invoice) {
  const std::string& status = text(invoice, "status");
  return (status == "open" || status == "uncollectible") &&
         integer(invoice, "amount_remaining") > 0;
}

std::string status_text(std::string status) {
  status[0] = static_cast<char>(status[0] - 'a' + 'A');
  return status;
}

api::Response draw(const Visit& visit, const store::Document& invoice, const std::string& error) {
  const paper::Sheet sheet = paper::invoice_sheet(*invoice, lookup_of(visit));
  const std::string due =
      paper::money(text(*invoice, "currency"), integer(*invoice, "amount_remaining"));
  Json values = sheet_values(sheet);
  values["title"] = concat("Invoice ", maybe_text(*invoice, "number").value_or(""));
  values["issuer"] = sheet.from.front();
  values["headline"] = sheet.headline;
  values["status"] = text(*invoice, "status");
  values["status_text"] = status_text(text(*invoice, "status"));
  values["pdf"] = concat("/invoice/", visit.world().store.id(), "/test_", invoice.id(), "/pdf");
  values["action"] = visit.path();
  values["due"] = due;
  values["payable"] = is_payable(*invoice);
  add_card_values(values, visit);
  values["card_error"] = error;
  values["number_error"] = !error.empty();
  if (visit.field("redirect_status") == "failed" && error.empty() && !visit.is_post()) {
    values["alert"] = "The payment was not approved. Try again, or take another card.";
  }
  return show(
      {.name = "invoice", .values = std::move(values), .status = error.empty() ? 200 : 402});
}

std::string payment_intent_of(const Visit& visit) {
  const Json payments = visit.client().sure("/v1/invoice_payments", {{"invoice", visit.id()}});
  for (const Json& payment : payments.at("data")) {
    const Json& intent = at_path(payment, {"payment", "payment_intent"});
    if (boolean(payment, "is_default") && intent.is_string()) return intent.get<std::string>();
  }
  return {};
}

api::Response pay(const Visit& visit, const store::Document& invoice) {
  const TypedCard card = make_card(visit);
  if (!card.error.empty()) return draw(visit, invoice, card.error);
  const Answer paid =
      visit.client().post(concat("/v1/payment_intents/", payment_intent_of(visit), "/confirm"),
                          {{"payment_method", card.payment_method}, {"return_url", visit.url()}});
  if (!paid.ok()) return draw(visit, visit.require("invoice"), paid.message());
  const Json& action = at_path(paid.body, {"next_action", "redirect_to_url", "url"});
  return redirect_to(action.is_string() ? action.get<std::string>() : visit.path());
}

}  // namespace

api::Response invoice_page(const Visit& visit) {
  const store::Document invoice = visit.require("invoice");
  if (!has(*invoice, "hosted_invoice_url")) {
    return show_message(404, "Not yet", "This invoice is a draft: it has no page yet.");
  }
  if (visit.is_post() && !fills_card(visit) && is_payable(*invoice)) return pay(visit, invoice);
  return draw(visit, invoice, {});
}

}  // namespace okapi::hosted
