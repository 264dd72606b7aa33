#include <algorithm>

#include "api/error.h"
#include "api/operation.h"
#include "engine/clock.h"
#include "engine/credits.h"

namespace okapi::resources {
namespace {

using Balances = std::vector<engine::GrantBalance>;

// Guess: grants whose scope names one of the asked prices.
bool names_a_price(const Json& scope, const Json& wanted) {
  return std::ranges::any_of(at_path(scope, {"prices"}), [&](const Json& price) {
    return std::ranges::find(wanted, price) != wanted.end();
  });
}

bool in_scope(const Json& grant, const Json& wanted) {
  const Json& scope = grant.at("applicability_config").at("scope");
  if (has(wanted, "prices")) return names_a_price(scope, wanted.at("prices"));
  return has(scope, "price_type") && scope.at("price_type") == wanted.at("price_type");
}

Balances by_scope(Balances balances, const Json& filter) {
  if (!has(filter, "applicability_scope")) {
    throw api::missing_parameter("filter[applicability_scope]");
  }
  const Json& wanted = filter.at("applicability_scope");
  if (has(wanted, "price_type") && has(wanted, "prices")) {
    throw api::only_one_of(
        {"filter[applicability_scope][price_type]", "filter[applicability_scope][prices]"});
  }
  if (!has(wanted, "price_type") && !has(wanted, "prices")) {
    throw api::missing_parameter("filter[applicability_scope][price_type]");
  }
  std::erase_if(balances,
                [&](const engine::GrantBalance& each) { return !in_scope(*each.grant, wanted); });
  return balances;
}

Balances by_grant(Balances balances, const Json& filter) {
  const std::optional<std::string> id = maybe_text(filter, "credit_grant");
  if (!id) throw api::missing_parameter("filter[credit_grant]");
  std::erase_if(balances, [&](const engine::GrantBalance& each) { return each.grant.id() != *id; });
  if (balances.empty()) throw api::no_such("credit grant", *id, "filter[credit_grant]");
  return balances;
}

Json amount_of(const std::string& currency, std::int64_t value) {
  return {{"monetary", {{"currency", currency}, {"value", value}}}, {"type", "monetary"}};
}

// One entry per currency, in the order of the first grant of each.
Json sum_up(const Balances& balances) {
  struct Sum {
    std::string currency;
    std::int64_t ledger = 0;
    std::int64_t available = 0;
  };
  std::vector<Sum> sums;
  for (const engine::GrantBalance& each : balances) {
    const std::string& currency = text(at_path(*each.grant, {"amount", "monetary"}), "currency");
    auto sum = std::ranges::find(sums, currency, &Sum::currency);
    if (sum == sums.end()) sum = sums.insert(sum, {.currency = currency});
    sum->ledger += each.ledger;
    sum->available += each.available;
  }
  Json result = Json::array();
  for (const Sum& sum : sums) {
    result.push_back({{"available_balance", amount_of(sum.currency, sum.available)},
                      {"ledger_balance", amount_of(sum.currency, sum.ledger)}});
  }
  return result;
}

api::Reply retrieve(api::Context& ctx) {
  const std::optional<std::string> id = maybe_text(ctx.params, "customer");
  if (!id) throw api::missing_parameter("customer");
  const store::Document customer = api::require_param(ctx.tx, "customer", *id, "customer");
  ctx.tx.set_now(engine::now_of(ctx.tx, *customer));
  const Json& filter = ctx.params.at("filter");
  Balances balances = engine::grant_balances(ctx.tx, customer.id());
  balances = text(filter, "type") == "credit_grant" ? by_grant(std::move(balances), filter)
                                                    : by_scope(std::move(balances), filter);
  return Json{{"object", "billing.credit_balance_summary"},
              {"balances", sum_up(balances)},
              {"customer", customer.id()},
              {"customer_account", nullptr},
              {"livemode", false}};
}

}  // namespace

void register_billing_credit_balance_summary(api::Registry& registry) {
  registry.bind("billing.credit_balance_summary.retrieve", retrieve);
}

}  // namespace okapi::resources
