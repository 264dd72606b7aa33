#include "engine/prorations.h"

#include <algorithm>
#include <map>
#include <vector>

#include "api/operation.h"
#include "base/text.h"
#include "billing/price_text.h"
#include "billing/proration.h"
#include "engine/invoice_items.h"
#include "engine/items.h"
#include "engine/proration_discounts.h"
#include "engine/terms.h"

namespace okapi::engine {
namespace {

// What each discount took off.
using Discounts = std::map<std::string, std::int64_t>;

Discounts read_discounts(const Json& rows) {
  Discounts discounts;
  for (const Json& row : rows) discounts[text(row, "discount")] += integer(row, "amount");
  return discounts;
}

// Something that was billed in advance for an item.
struct Debit {
  std::int64_t amount = 0;  // less its discounts
  Discounts discounts = {};
  billing::Period period = {};
  Decimal quantity;
  std::string price;
  std::string product;
  std::string invoice;       // empty: still pending
  std::string line;          // on that invoice
  std::string invoice_item;  // empty: a regular line
};

billing::Period read_period(const Json& period) {
  return {.start = integer(period, "start"), .end = integer(period, "end")};
}

struct GivenBack {
  std::int64_t amount = 0;  // zero or less, less its discounts
  Discounts discounts = {};
  Seconds from = 0;
};
// What earlier credits gave back, by the ids of lines and invoice items.
using Credits = std::map<std::string, std::vector<GivenBack>>;

// An update whose invoice was voided never came to be.
bool is_undone_update(const Json& invoice) {
  return text(invoice, "status") == "void" &&
         text(invoice, "billing_reason") == "subscription_update";
}

bool is_undone(const store::Transaction& tx, const Json& item) {
  const auto id = maybe_text(item, "invoice");
  const store::Document invoice = id ? tx.find("invoice", *id) : store::Document();
  return invoice && is_undone_update(*invoice);
}

// Those that are not inside the amount of a proration.
Discounts discounts_beside(const Json& item) {
  if (item.at("net_amount") == item.at("amount")) return {};
  return read_discounts(item.at("proration_details").at("discount_amounts"));
}

Credits earlier_credits(const store::Transaction& tx, const Json& subscription) {
  Credits credits;
  for (const store::Document& item :
       tx.where("invoiceitem", "customer", text(subscription, "customer"))) {
    const Json& credited = at_path(*item, {"proration_details", "credited_items"});
    if (credited.is_null() || is_undone(tx, *item)) continue;
    const GivenBack given = {.amount = integer(*item, "net_amount"),
                             .discounts = discounts_beside(*item),
                             .from = integer(item->at("period"), "start")};
    if (const auto id = maybe_text(credited, "invoice_item")) credits[*id].push_back(given);
    const Json& lines = at_path(credited, {"invoice_line_item_details", "invoice_line_items"});
    if (lines.is_null()) continue;
    for (const Json& line : lines) credits[line.get<std::string>()].push_back(given);
  }
  return credits;
}

// A debit that was given back from some time on is what is left of it before.
void take_off(Debit& debit, const Credits& credits, const std::string& id) {
  const auto found = credits.find(id);
  if (id.empty() || found == credits.end()) return;
  for (const GivenBack& given : found->second) {
    debit.amount += given.amount;
    for (const auto& [discount, off] : given.discounts) debit.discounts[discount] += off;
    debit.period.end = std::min(debit.period.end, given.from);
  }
}

std::int64_t net_amount(const Json& line) {
  std::int64_t net = integer(line, "amount");
  for (const Json& discount : line.at("discount_amounts")) net -= integer(discount, "amount");
  return net;
}

bool covers(billing::Period period, Seconds at) { return at < period.end; }

Debit read_debit(const Json& pricing, const Json& period) {
  const Json& details = pricing.at("price_details");
  return {.amount = 0,
          .period = read_period(period),
          .quantity = {},
          .price = text(details, "price"),
          .product = text(details, "product"),
          .invoice = {},
          .line = {},
          .invoice_item = {}};
}

void add_billed_debits(const Json& invoice, std::string_view item, Seconds at,
                       std::vector<Debit>& debits) {
  for (const Json& line : invoice.at("lines").at("data")) {
    const Json& details = at_path(line, {"parent", "subscription_item_details"});
    if (details.is_null() || text(details, "subscription_item") != item) continue;
    if (integer(line, "amount") <= 0 || !covers(read_period(line.at("period")), at)) continue;
    Debit debit = read_debit(line.at("pricing"), line.at("period"));
    debit.amount = net_amount(line);
    debit.discounts = read_discounts(line.at("discount_amounts"));
    debit.quantity = decimal(line, "quantity_decimal");
    debit.invoice = text(invoice, "id");
    debit.line = text(line, "id");
    debit.invoice_item = maybe_text(details, "invoice_item").value_or("");
    debits.push_back(std::move(debit));
  }
}

void add_pending_debits(const store::Transaction& tx, const Json& subscription,
                        std::string_view item, Seconds at, std::vector<Debit>& debits) {
  for (const store::Document& pending :
       tx.where("invoiceitem", "customer unless invoice", text(subscription, "customer"))) {
    if (!boolean(*pending, "proration")) continue;
    const Json& details = pending->at("parent").at("subscription_details");
    if (maybe_text(details, "subscription_item") != item) continue;
    if (integer(*pending, "amount") <= 0 || !covers(read_period(pending->at("period")), at)) {
      continue;
    }
    Debit debit = read_debit(pending->at("pricing"), pending->at("period"));
    debit.amount = integer(*pending, "net_amount");
    debit.discounts = discounts_beside(*pending);
    debit.quantity = decimal(*pending, "quantity_decimal");
    debit.invoice_item = pending.id();
    debits.push_back(std::move(debit));
  }
}

// Usage is billed in arrears, so none of its lines reaches beyond now: every line that does was a
// debit in advance.
std::vector<Debit> open_debits(const store::Transaction& tx, const Json& subscription,
                               std::string_view item, Seconds at) {
  std::vector<Debit> debits;
  for (const store::Document& invoice :
       tx.where("invoice", "parent.subscription_details.subscription", text(subscription, "id"))) {
    if (!is_undone_update(*invoice)) add_billed_debits(*invoice, item, at, debits);
  }
  add_pending_debits(tx, subscription, item, at, debits);
  const Credits credits = earlier_credits(tx, subscription);
  for (Debit& debit : debits) {
    take_off(debit, credits, debit.line);
    take_off(debit, credits, debit.invoice_item);
  }
  std::erase_if(debits, [&](const Debit& debit) {
    return !covers(debit.period, at) || debit.period.end <= debit.period.start;
  });
  return debits;
}

billing::LineWords words_of(const store::Transaction& tx, const std::string& product) {
  const store::Document document = tx.find("product", product);
  return {.product = document ? text(*document, "name") : product};
}

Json credited_items(const Debit& debit) {
  if (debit.invoice.empty()) {
    return {{"invoice_item", debit.invoice_item}, {"type", "invoice_item"}};
  }
  return {{"invoice_line_item_details",
           {{"invoice", debit.invoice}, {"invoice_line_items", Json::array({debit.line})}}},
          {"type", "invoice_line_items"}};
}

// amount = base x seconds / period_seconds, rounded half toward minus infinity.
Json working_step(std::int64_t amount, const std::string& base, const billing::Change& change) {
  const Seconds left = change.period.end - change.at;
  const Seconds whole = change.period.end - change.period.start;
  return {{"kind", "proration"},
          {"amount", amount},
          {"base", base},
          {"exact", concat(base, " x ", std::to_string(left), " / ", std::to_string(whole))},
          {"period_seconds", whole},
          {"rounding", "half_toward_minus_infinity"},
          {"seconds", left}};
}

struct Proration {
  std::int64_t amount = 0;
  Decimal quantity;
  std::string price;
  std::string product;
  std::string description;
  Seconds at = 0;
  Seconds end = 0;
  Json credited = nullptr;
  Json discounts = Json::array();  // inside the amount, or beside it where they are itemized
  Json step;
};

// Stripe: prorations take no discounts of their invoice. Theirs are inside the amount, unless the
// subscription itemizes them.
void set_discounts(const Json& subscription, Proration& proration, Json rows) {
  proration.discounts = std::move(rows);
  if (proration.discounts.empty()) return;
  proration.step["discounts"] = proration.discounts;
  if (itemizes_discounts(subscription)) return;
  for (const Json& row : proration.discounts) proration.amount -= integer(row, "amount");
  proration.step["amount"] = proration.amount;
}

void write_proration(store::Transaction& tx, const Json& subscription, const Json& item,
                     const Proration& proration) {
  Json written = make_invoice_item(
      tx, {.customer = *tx.find("customer", text(subscription, "customer")),
           .cost = {.currency = text(subscription, "currency"),
                    .amount = proration.amount,
                    .quantity = proration.quantity,
                    .pricing = {{"price_details",
                                 {{"price", proration.price}, {"product", proration.product}}},
                                {"type", "price_details"},
                                {"unit_amount_decimal", nullptr}}},
           .subscription = text(subscription, "id"),
           .subscription_item = text(item, "id"),
           .period = billing::Period{.start = proration.at, .end = proration.end},
           .description = proration.description});
  written["date"] = proration.at;
  written["discountable"] = false;
  written["tax_rates"] = item.value("tax_rates", Json::array());
  written["proration_details"]["discount_amounts"] = proration.discounts;
  written["frozen_fields"] = {"pricing", "quantity", "discounts"};
  written["proration"] = true;
  written["proration_details"]["credited_items"] = proration.credited;
  written["_working"] = proration.step;
  settle_net_amount(written);
  if (itemizes_discounts(subscription)) {
    for (const Json& row : proration.discounts) {
      written["net_amount"] = integer(written, "net_amount") - integer(row, "amount");
    }
  }
  tx.emit("invoiceitem.created", tx.insert(std::move(written)));
}

void credit_debit(store::Transaction& tx, const Json& subscription, const Json& item,
                  const Debit& debit, Seconds at) {
  const billing::Change change = {.period = debit.period, .at = std::max(at, debit.period.start)};
  // Where discounts are itemized the credit shows them like the debit did.
  std::int64_t base = debit.amount;
  Json rows = Json::array();
  if (itemizes_discounts(subscription)) {
    for (const auto& [discount, off] : debit.discounts) {
      base += off;
      rows.push_back({{"amount", billing::unused_credit(change, off)}, {"discount", discount}});
    }
  }
  const std::int64_t amount = billing::unused_credit(change, base);
  Proration proration = {
      .amount = amount,
      .quantity = debit.quantity,
      .price = debit.price,
      .product = debit.product,
      .description = billing::unused_time_text(debit.quantity, words_of(tx, debit.product), at),
      .at = at,
      .end = debit.period.end,
      .credited = credited_items(debit),
      .step = working_step(amount, std::to_string(-base), change)};
  set_discounts(subscription, proration, std::move(rows));
  write_proration(tx, subscription, item, proration);
}

// The whole item for a whole period, as the interval has it around the change.
struct WholeItem {
  PriceTerms price;
  Decimal quantity;
  billing::Change change;
};

WholeItem whole_item(const store::Transaction& tx, const Json& subscription, const Json& item,
                     Seconds at) {
  WholeItem whole = {
      .price = price_terms(tx, text(item.at("price"), "id"), text(subscription, "currency")),
      .quantity = Decimal::from_integer(integer(item, "quantity")),
      .change = {.period = {}, .at = at}};
  // A change at the very end of a period still belongs to it: nothing is left.
  const Seconds end = integer(item, "current_period_end");
  whole.change.period = billing::period_at(integer(subscription, "billing_cycle_anchor"),
                                           whole.price.recurrence, std::min(at, end - 1));
  return whole;
}

// A price per unit is prorated exactly; tiers and packages on what they bill for a whole period.
bool is_per_unit(const std::vector<billing::RatedLine>& rated) {
  return rated.size() == 1 && rated.front().kind == billing::LineKind::per_unit;
}

Proration prorate_whole(const store::Transaction& tx, const WholeItem& whole, bool credit) {
  const std::vector<billing::RatedLine> rated = billing::rate(whole.price.rate, whole.quantity);
  Proration proration = {.quantity = whole.quantity,
                         .price = whole.price.id,
                         .product = whole.price.product,
                         .description = {},
                         .at = whole.change.at,
                         .end = whole.change.period.end,
                         .step = {}};
  std::string base;
  if (is_per_unit(rated)) {
    const Decimal unit = rated.front().unit_amount;
    proration.amount = credit ? billing::unused_credit(whole.change, whole.quantity, unit)
                              : billing::remaining_charge(whole.change, whole.quantity, unit);
    base = product_text(whole.quantity, unit);
  } else {
    const std::int64_t total = billing::total_of(rated);
    proration.amount = credit ? billing::unused_credit(whole.change, total)
                              : billing::remaining_charge(whole.change, total);
    base = std::to_string(total);
  }
  const billing::LineWords words = words_of(tx, whole.price.product);
  proration.description =
      credit ? billing::unused_time_text(whole.quantity, words, whole.change.at)
             : billing::remaining_time_text(whole.quantity, words, whole.change.at);
  proration.step = working_step(proration.amount, credit ? concat("-", base) : base, whole.change);
  return proration;
}

void write_whole(store::Transaction& tx, const Json& subscription, const Json& item,
                 const WholeItem& whole, Proration proration) {
  set_discounts(
      subscription, proration,
      discounts_of_proration(
          tx, {.subscription = subscription,
               .item = item,
               .change = whole.change,
               .whole = billing::total_of(billing::rate(whole.price.rate, whole.quantity)),
               .amount = proration.amount}));
  write_proration(tx, subscription, item, proration);
}

}  // namespace

void credit_unused_time(store::Transaction& tx, const Json& subscription, const Json& item,
                        Seconds at) {
  if (integer(item, "current_period_end") <= at) return;
  if (!is_flexible(subscription)) {
    const WholeItem whole = whole_item(tx, subscription, item, at);
    write_whole(tx, subscription, item, whole, prorate_whole(tx, whole, true));
    return;
  }
  for (const Debit& debit : open_debits(tx, subscription, text(item, "id"), at)) {
    credit_debit(tx, subscription, item, debit, at);
  }
}

void charge_remaining_time(store::Transaction& tx, const Json& subscription, const Json& item,
                           Seconds at) {
  if (integer(item, "current_period_end") <= at) return;
  const WholeItem whole = whole_item(tx, subscription, item, at);
  write_whole(tx, subscription, item, whole, prorate_whole(tx, whole, false));
}

void charge_from_to(store::Transaction& tx, const Json& subscription, const Json& item,
                    billing::Period part) {
  WholeItem whole = whole_item(tx, subscription, item, part.start);
  // At most a whole period: what is older than that was never part of this one.
  whole.change.at =
      std::max(whole.change.period.start, whole.change.period.end - (part.end - part.start));
  Proration proration = prorate_whole(tx, whole, false);
  proration.at = part.start;
  proration.end = part.end;
  write_whole(tx, subscription, item, whole, std::move(proration));
}

void credit_all_items(store::Transaction& tx, const Json& subscription, Seconds at) {
  for (const Json& item : subscription.at("items").at("data")) {
    if (!is_metered_item(item)) credit_unused_time(tx, subscription, item, at);
  }
}

const Json& proration_working(const Json& invoice_item) {
  return at_path(invoice_item, {"_working"});
}

}  // namespace okapi::engine
