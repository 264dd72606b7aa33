#include "tests/laws/laws.h"

#include <algorithm>

#include "base/decimal.h"
#include "base/text.h"
#include "store/committed.h"

namespace okapi::laws {
namespace {

using Broken = std::vector<std::string>;

class Judge {
 public:
  explicit Judge(const History& history)
      : history_(history), state_(history.account().committed()) {}

  Broken judge() {
    invoices();
    payments();
    balances();
    credits();
    usage();
    return std::move(broken_);
  }

 private:
  template <typename Visit>
  void each(std::string_view kind, Visit visit) {
    store::scan_committed(*state_, kind, 0, [&](const store::Document& document) {
      visit(*document);
      return true;
    });
  }
  store::Document find(std::string_view kind, const std::string& id) {
    return store::find_committed(*state_, kind, id);
  }

  void same(const std::string& what, std::int64_t left, std::int64_t right) {
    if (left == right) return;
    broken_.push_back(concat(what, ": ", std::to_string(left), " is not ", std::to_string(right)));
  }
  void at_least_zero(const std::string& what, std::int64_t amount) {
    if (amount < 0) broken_.push_back(concat(what, " is below zero: ", std::to_string(amount)));
  }

  static std::int64_t sum(const Json& rows, const char* field = "amount") {
    std::int64_t total = 0;
    for (const Json& row : rows) total += integer(row, field);
    return total;
  }

  // Totals are the sums of their lines.
  void invoices() {
    each("invoice", [&](const Json& invoice) {
      const std::string name = "invoice " + text(invoice, "id");
      std::int64_t amounts = 0;
      std::int64_t discounts = 0;
      std::int64_t before_tax = 0;
      std::int64_t exclusive = 0;
      for (const Json& line : invoice.at("lines").at("data")) {
        amounts += integer(line, "amount");
        discounts += sum(line.at("discount_amounts"));
        before_tax += sum(line.at("pretax_credit_amounts"));
        for (const Json& tax : line.at("taxes")) {
          if (text(tax, "tax_behavior") == "exclusive") exclusive += integer(tax, "amount");
        }
      }
      same(name + ", total_discount_amounts", sum(invoice.at("total_discount_amounts")), discounts);
      same(name + ", total", integer(invoice, "total"),
           amounts - before_tax + exclusive + integer(invoice, "amount_shipping"));
      same(name + ", amount_remaining", integer(invoice, "amount_remaining"),
           integer(invoice, "amount_due") - integer(invoice, "amount_paid"));
      at_least_zero(name + ", amount_due", integer(invoice, "amount_due"));
      at_least_zero(name + ", amount_remaining", integer(invoice, "amount_remaining"));
      const store::Document workings = find("okapi.explanation", text(invoice, "id"));
      if (!workings) {
        broken_.push_back(name + " has no explanation");
      } else {
        same(name + ", explained total", integer(*workings, "total"), integer(invoice, "total"));
        same(name + ", explained amount_due", integer(*workings, "amount_due"),
             integer(invoice, "amount_due"));
      }
    });
  }

  // What customers paid is charges less refunds, and the gross of the balance.
  void payments() {
    std::int64_t charged = 0;
    std::int64_t refunded = 0;
    std::int64_t gross = 0;
    each("charge", [&](const Json& charge) {
      if (text(charge, "status") != "succeeded") return;
      charged += integer(charge, "amount_captured");
      at_least_zero("charge " + text(charge, "id") + ", left",
                    integer(charge, "amount") - integer(charge, "amount_refunded"));
    });
    each("refund", [&](const Json& refund) {
      if (has(refund, "balance_transaction")) refunded += integer(refund, "amount");
    });
    each("balance_transaction", [&](const Json& row) { gross += integer(row, "amount"); });
    same("charges less refunds against the balance", charged - refunded, gross);
    each("invoice_payment", [&](const Json& payment) {
      if (text(payment, "status") != "paid") return;
      const store::Document intent =
          find("payment_intent", text(payment.at("payment"), "payment_intent"));
      same("invoice payment " + text(payment, "id"), integer(payment, "amount_paid"),
           integer(*intent, "amount_received"));
    });
  }

  // A customer's balance is the sum of its transactions, and the last of them says so.
  void balances() {
    std::map<std::string, std::int64_t> sums;
    std::map<std::string, std::int64_t> last;
    each("customer_balance_transaction", [&](const Json& row) {
      sums[text(row, "customer")] += integer(row, "amount");
      last[text(row, "customer")] = integer(row, "ending_balance");
    });
    each("customer", [&](const Json& customer) {
      const std::string& id = text(customer, "id");
      same("balance of " + id, integer(customer, "balance"), sums[id]);
      same("last ending_balance of " + id, last[id], sums[id]);
    });
  }

  // A ledger is its credits less its debits, and never below zero.
  void credits() {
    std::map<std::string, std::int64_t> ledgers;
    each("billing.credit_balance_transaction", [&](const Json& row) {
      const bool credit = text(row, "type") == "credit";
      const Json& amount = row.at(credit ? "credit" : "debit").at("amount");
      const std::int64_t value = integer(amount.at("monetary"), "value");
      const Json& grant = row.at("credit_grant");
      const std::string id = grant.is_object() ? text(grant, "id") : grant.get<std::string>();
      ledgers[id] += credit ? value : -value;
      at_least_zero("ledger of " + id, ledgers[id]);
    });
  }

  // Every window of usage on an invoice that stands counts what was reported in it, and no two
  // windows of an item meet.
  void usage() {
    struct Window {
      Seconds start = 0;
      Seconds end = 0;
      std::string invoice;
    };
    std::map<std::string, std::vector<Window>> windows;  // by item and price
    each("okapi.explanation", [&](const Json& explanation) {
      const store::Document invoice = find("invoice", text(explanation, "id"));
      if (!invoice || text(*invoice, "status") == "draft") return;
      const std::string customer = text(explanation, "customer");
      std::map<std::string, bool> seen;  // the tiers of an item share its usage
      for (std::size_t i = 0; i < explanation.at("lines").size(); ++i) {
        const Json& line = explanation.at("lines")[i];
        if (!has(line, "usage")) continue;
        const Json& item = at_path(invoice->at("lines").at("data")[i],
                                   {"parent", "subscription_item_details", "subscription_item"});
        const std::string name = concat(item.get<std::string>(), " ", text(line, "price"));
        const Json& counted = line.at("usage");
        if (std::exchange(seen[name], true)) continue;
        const Seconds start = integer(counted, "start");
        const Seconds end = integer(counted, "end");
        if (start == end) continue;  // the first line of classic billing, which covers no time
        const auto finalized =
            maybe_integer(invoice->at("status_transitions"), "finalized_at").value_or(0);
        std::int64_t reported = 0;
        std::int64_t too_late = 0;  // in the very second of finalization, maybe after it
        for (const Usage& report : history_.usage()) {
          if (report.customer != customer || report.at < start || report.at >= end) continue;
          (report.at == finalized ? too_late : reported) += report.value;
        }
        const std::int64_t aggregate = Decimal::parse(text(counted, "aggregate"))->truncated();
        const std::string which = concat("usage of ", name, " on ", text(explanation, "id"));
        at_least_zero(which + ", less what was reported", aggregate - reported);
        at_least_zero(which + ", more than was reported", reported + too_late - aggregate);
        for (const Window& other : windows[name]) {
          if (start < other.end && other.start < end) {
            broken_.push_back(concat("usage of ", name, " is on ", other.invoice, " and on ",
                                     text(explanation, "id")));
          }
        }
        windows[name].push_back({start, end, text(explanation, "id")});
      }
    });
  }

  const History& history_;
  std::shared_ptr<const store::State> state_;
  Broken broken_;
};

}  // namespace

std::vector<std::string> broken_laws(const History& history) {
  Broken broken = history.faults();
  Broken judged = Judge(history).judge();
  broken.insert(broken.end(), judged.begin(), judged.end());
  return broken;
}

}  // namespace okapi::laws
