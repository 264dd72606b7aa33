// The account's balance: the sum of its balance transactions, by currency (api-conventions 9.6).
#include <map>

#include "api/operation.h"

namespace okapi::resources {
namespace {

using Amounts = std::map<std::string, std::int64_t>;

Json rows_of(const Amounts& amounts) {
  Json rows = Json::array();
  for (const auto& [currency, amount] : amounts) {
    rows.push_back(
        {{"amount", amount}, {"currency", currency}, {"source_types", {{"card", amount}}}});
  }
  return rows;
}

api::Reply retrieve(api::Context& ctx) {
  Amounts available = {{"usd", 0}};
  Amounts pending = {{"usd", 0}};
  const Seconds now = ctx.tx.clock().now();
  ctx.tx.scan_up("balance_transaction", 0, [&](const store::Document& row) {
    const bool arrived = integer(*row, "available_on") <= now;
    const std::string& currency = text(*row, "currency");
    available[currency] += arrived ? integer(*row, "net") : 0;
    pending[currency] += arrived ? 0 : integer(*row, "net");
    return true;
  });
  return Json({{"object", "balance"},
               {"available", rows_of(available)},
               {"livemode", false},
               {"pending", rows_of(pending)},
               {"refund_and_dispute_prefunding",
                {{"available", Json::array()}, {"pending", Json::array()}}}});
}

}  // namespace

void register_balance(api::Registry& registry) {
  registry.bind("balance.retrieve", retrieve);
  registry.computed("balance.retrieve");
}

}  // namespace okapi::resources
