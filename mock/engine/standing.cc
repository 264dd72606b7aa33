#include "engine/standing.h"

#include "base/check.h"
#include "engine/pauses.h"

namespace okapi::engine {
namespace {

bool set_status(store::Transaction& tx, const store::Document& subscription,
                const std::string& status) {
  if (text(*subscription, "status") == status) return false;
  tx.emit("customer.subscription.updated",
          tx.update(subscription, [&](Json& edited) { edited["status"] = status; }));
  return true;
}

enum class Verdict { good, late, ask_the_one_before };

Verdict verdict_of(const Json& invoice, Seconds now) {
  const std::string& status = text(invoice, "status");
  if (status == "void" || status == "draft") return Verdict::ask_the_one_before;
  if (status != "open") return Verdict::good;
  if (text(invoice, "collection_method") == "send_invoice") {
    const auto due_date = maybe_integer(invoice, "due_date");
    return due_date && *due_date <= now ? Verdict::late : Verdict::good;
  }
  return boolean(invoice, "attempted") ? Verdict::late : Verdict::good;
}

}  // namespace

store::Document subscription_of(const store::Transaction& tx, const Json& invoice) {
  const Json& id = at_path(invoice, {"parent", "subscription_details", "subscription"});
  return id.is_null() ? store::Document()
                      : tx.find("subscription", id.get_ref<const std::string&>());
}

bool judge_subscription(store::Transaction& tx, const store::Document& subscription) {
  const std::string& status = text(*subscription, "status");
  if (status == "incomplete") {
    const store::Document first = tx.find("invoice", text(*subscription, "latest_invoice"));
    return first && text(*first, "status") != "open" && set_status(tx, subscription, "active");
  }
  if (status == "paused") return judge_resumption(tx, subscription);
  if (status != "past_due" && status != "unpaid") return false;
  Verdict verdict = Verdict::good;  // Stripe: no invoice left is as good as paid
  tx.scan_down_where("invoice", "parent.subscription_details.subscription", subscription.id(), 0,
                     [&](const store::Document& invoice) {
                       const Verdict one = verdict_of(*invoice, tx.now());
                       if (one == Verdict::ask_the_one_before) return true;
                       verdict = one;
                       return false;
                     });
  return verdict == Verdict::good && set_status(tx, subscription, "active");
}

void mark_past_due(store::Transaction& tx, const store::Document& subscription) {
  if (text(*subscription, "status") == "active") set_status(tx, subscription, "past_due");
}

void set_delinquent(store::Transaction& tx, const std::string& customer, bool delinquent) {
  const store::Document document = tx.find("customer", customer);
  if (!document || boolean(*document, "delinquent") == delinquent) return;
  tx.emit("customer.updated",
          tx.update(document, [&](Json& edited) { edited["delinquent"] = delinquent; }));
}

}  // namespace okapi::engine
