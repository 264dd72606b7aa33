#include "engine/credits.h"

#include <algorithm>
#include <utility>

#include "api/operation.h"
#include "base/check.h"

namespace okapi::engine {
namespace {

constexpr std::string_view grant_kind = "billing.credit_grant";
constexpr std::string_view transaction_kind = "billing.credit_balance_transaction";

const Json& monetary(const Json& object) { return at_path(object, {"amount", "monetary"}); }

// What a transaction adds to the balance of its grant.
std::int64_t signed_amount(const Json& transaction) {
  if (has(transaction, "credit")) return integer(monetary(transaction.at("credit")), "value");
  return -integer(monetary(transaction.at("debit")), "value");
}

billing::Grant to_grant(const store::Transaction& tx, const store::Document& document) {
  const Json& grant = *document;
  billing::Grant result{.id = document.id(),
                        .currency = text(monetary(grant), "currency"),
                        .priority = static_cast<int>(maybe_integer(grant, "priority").value_or(50)),
                        .expires_at = maybe_integer(grant, "expires_at"),
                        .promotional = text(grant, "category") == "promotional",
                        .effective_at = integer(grant, "effective_at"),
                        .created = integer(grant, "created"),
                        .sequence = document.sequence(),
                        .balance = ledger_balance(tx, document.id()),
                        .prices = {},
                        .voided = has(grant, "voided_at")};
  for (const Json& price : at_path(grant, {"applicability_config", "scope", "prices"})) {
    result.prices.push_back(text(price, "id"));
  }
  return result;
}

// Stripe: credits pay for subscription items whose price has a meter, on invoices that a
// subscription made. Invoice items, licences and manual invoices are never paid (billing-credits).
std::vector<billing::CreditLine> eligible_lines(const store::Transaction& tx, const Json& invoice) {
  std::vector<billing::CreditLine> lines;
  const Json& parent = at_path(invoice, {"parent", "type"});
  if (parent.is_null() || parent.get<std::string>() != "subscription_details") return lines;
  for (const Json& line : invoice.at("lines").at("data")) {
    const Json& price = at_path(line, {"pricing", "price_details", "price"});
    const Json& item = at_path(line, {"parent", "subscription_item_details", "subscription_item"});
    if (price.is_null() || item.is_null()) continue;
    const store::Document priced = tx.find("price", price.get<std::string>());
    if (!priced || at_path(*priced, {"recurring", "meter"}).is_null()) continue;
    std::int64_t amount = integer(line, "amount");
    for (const Json& discount : line.at("discount_amounts")) amount -= integer(discount, "amount");
    lines.push_back({.id = text(line, "id"), .price = priced.id(), .amount = amount});
  }
  return lines;
}

// Every grant of the customer, as arithmetic sees it.
std::vector<billing::Grant> grants_of(const store::Transaction& tx, std::string_view customer) {
  std::vector<billing::Grant> grants;
  for (const store::Document& grant : tx.where(grant_kind, "customer", customer)) {
    grants.push_back(to_grant(tx, grant));
  }
  return grants;
}

std::vector<billing::Burn> burn(const store::Transaction& tx,
                                const std::vector<billing::Grant>& grants, const Json& invoice) {
  const std::vector<billing::CreditLine> lines = eligible_lines(tx, invoice);
  if (lines.empty()) return {};
  return billing::burn_down(grants, lines, text(invoice, "currency"),
                            integer(invoice, "period_end"), tx.now());
}

// What the customer's draft invoices would draw, the older ones first: their amounts are set aside.
void set_aside_for_drafts(const store::Transaction& tx, std::string_view customer,
                          std::vector<billing::Grant>& grants) {
  for (const store::Document& invoice : tx.where("invoice", "customer", customer)) {
    if (text(*invoice, "status") != "draft") continue;
    for (const billing::Burn& part : burn(tx, grants, *invoice)) {
      std::ranges::find(grants, part.grant, &billing::Grant::id)->balance -= part.amount;
    }
  }
}

struct Entry {
  const char* side;  // "credit" or "debit"
  const char* type;  // "credits_granted", "credits_applied", …
  std::int64_t amount = 0;
  Seconds effective_at = 0;
  std::string invoice = {};
  std::string line = {};
};

// The member that names invoice and line, for the two types that have one.
Json details_of(const Entry& entry) {
  const bool debit = std::string_view(entry.side) == "debit";
  Json details = {{"amount", nullptr}, {"type", entry.type}};
  details[debit ? "credits_applied" : "credits_application_invoice_voided"] =
      entry.invoice.empty() ? Json()
                            : Json{{"invoice", entry.invoice}, {"invoice_line_item", entry.line}};
  return details;
}

store::Document post(store::Transaction& tx, const store::Document& grant, const Entry& entry) {
  OKAPI_CHECK(entry.amount > 0);
  Json details = details_of(entry);
  details["amount"] = {
      {"monetary", {{"currency", text(monetary(*grant), "currency")}, {"value", entry.amount}}},
      {"type", "monetary"}};
  Json transaction = api::default_object(tx, transaction_kind);
  transaction.update({{"_customer", grant->at("customer")},
                      {"_invoice", entry.invoice.empty() ? Json() : Json(entry.invoice)},
                      {"created", tx.now()},
                      {"credit", nullptr},
                      {"credit_grant", grant.id()},
                      {"debit", nullptr},
                      {"effective_at", entry.effective_at},
                      {"test_clock", grant->at("test_clock")},
                      {"type", entry.side}});
  transaction[entry.side] = std::move(details);
  store::Document posted = tx.insert(std::move(transaction));
  tx.emit("billing.credit_balance_transaction.created", posted);
  return posted;
}

// What is left becomes a debit of this type, when anything is left.
void drain(store::Transaction& tx, const store::Document& grant, const char* type) {
  const std::int64_t left = ledger_balance(tx, grant.id());
  if (left <= 0) return;
  post(tx, grant, {.side = "debit", .type = type, .amount = left, .effective_at = tx.now()});
}

bool is_past_expiry(const Json& grant, Seconds now) {
  const std::optional<std::int64_t> expires_at = maybe_integer(grant, "expires_at");
  return expires_at && *expires_at <= now;
}

}  // namespace

std::int64_t ledger_balance(const store::Transaction& tx, std::string_view grant_id) {
  std::int64_t balance = 0;
  for (const store::Document& each : tx.where(transaction_kind, "credit_grant", grant_id)) {
    balance += signed_amount(*each);
  }
  return balance;
}

std::vector<CreditApplication> plan_credits(const store::Transaction& tx, const Json& invoice) {
  std::vector<CreditApplication> applications;
  for (const billing::Burn& part : burn(tx, grants_of(tx, text(invoice, "customer")), invoice)) {
    applications.push_back(
        {.grant = part.grant, .line = part.line, .amount = part.amount, .transaction = {}});
  }
  return applications;
}

std::vector<CreditApplication> post_credits(store::Transaction& tx, const Json& invoice) {
  std::vector<CreditApplication> applications = plan_credits(tx, invoice);
  for (CreditApplication& application : applications) {
    application.transaction = post(tx, tx.find(grant_kind, application.grant),
                                   {.side = "debit",
                                    .type = "credits_applied",
                                    .amount = application.amount,
                                    .effective_at = tx.now(),
                                    .invoice = text(invoice, "id"),
                                    .line = application.line})
                                  .id();
  }
  return applications;
}

void reinstate_credits(store::Transaction& tx, std::string_view invoice_id) {
  for (const store::Document& debit : tx.where(transaction_kind, "_invoice", invoice_id)) {
    if (text(*debit, "type") != "debit") continue;
    const store::Document grant = tx.find(grant_kind, text(*debit, "credit_grant"));
    const Json& applied = debit->at("debit").at("credits_applied");
    post(tx, grant,
         {.side = "credit",
          .type = "credits_application_invoice_voided",
          .amount = -signed_amount(*debit),
          .effective_at = tx.now(),
          .invoice = text(applied, "invoice"),
          .line = text(applied, "invoice_line_item")});
    // Stripe: what comes back after the grant's expiry expires at once.
    if (is_past_expiry(*grant, tx.now())) drain(tx, grant, "credits_expired");
  }
}

store::Document grant_credits(store::Transaction& tx, Json grant) {
  store::Document created = tx.insert(std::move(grant));
  tx.emit("billing.credit_grant.created", created);
  post(tx, created,
       {.side = "credit",
        .type = "credits_granted",
        .amount = integer(monetary(*created), "value"),
        .effective_at = integer(*created, "effective_at")});
  return created;
}

void expire_grant(store::Transaction& tx, const store::Document& grant) {
  drain(tx, grant, "credits_expired");
  tx.update(grant, [](Json& edited) { edited["_expired"] = true; });
}

void void_credits(store::Transaction& tx, const store::Document& grant) {
  drain(tx, grant, "credits_voided");
}

GrantState state_of(const store::Transaction& tx, const store::Document& grant) {
  if (has(*grant, "voided_at")) return GrantState::voided;
  if (is_past_expiry(*grant, tx.now())) return GrantState::expired;
  if (integer(*grant, "effective_at") > tx.now()) return GrantState::pending;
  return ledger_balance(tx, grant.id()) > 0 ? GrantState::granted : GrantState::depleted;
}

bool was_applied(const store::Transaction& tx, std::string_view grant_id) {
  return std::ranges::any_of(tx.where(transaction_kind, "credit_grant", grant_id),
                             [](const store::Document& each) {
                               return !at_path(*each, {"debit", "credits_applied"}).is_null();
                             });
}

std::vector<GrantBalance> grant_balances(const store::Transaction& tx, std::string_view customer) {
  std::vector<billing::Grant> grants = grants_of(tx, customer);
  std::vector<GrantBalance> balances;
  balances.reserve(grants.size());
  for (const billing::Grant& grant : grants) {
    balances.push_back({.grant = tx.find(grant_kind, grant.id), .ledger = grant.balance});
  }
  set_aside_for_drafts(tx, customer, grants);
  for (std::size_t i = 0; i < grants.size(); ++i) {
    const GrantState state = state_of(tx, balances[i].grant);
    if (state == GrantState::granted) balances[i].available = grants[i].balance;
  }
  return balances;
}

}  // namespace okapi::engine
