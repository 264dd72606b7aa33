#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "base/text.h"
#include "engine/clock.h"
#include "engine/credits.h"

namespace okapi::resources {
namespace {

constexpr std::string_view kind = "billing.credit_grant";
constexpr std::size_t most_unused_grants = 100;
constexpr std::size_t most_prices = 20;
// Guess: effective_at "must lie in the future" leaves room for clients that send their own now.
constexpr Seconds clock_skew = minute;

// --- refusals of create; their texts are unknown (usage-billing 10, row 18)

std::int64_t check_amount(const Json& amount) {
  if (!has(amount, "monetary")) throw api::missing_parameter("amount[monetary]");
  const std::int64_t value = integer(amount.at("monetary"), "value");
  if (value < 1) throw api::at_least("amount[monetary][value]", 1);
  return value;
}

void check_scope_price(const store::Transaction& tx, const std::string& id,
                       const std::string& param) {
  const store::Document price = tx.find("price", id);
  if (!price) throw api::no_such("price", id, param);
  if (!at_path(*price, {"recurring", "meter"}).is_null()) return;
  throw api::invalid_request(
      concat("Credits can only apply to metered prices that have a meter; `", id, "` has none."),
      param);
}

Json make_scope(const store::Transaction& tx, const Json& given) {
  const std::string place = "applicability_config[scope]";
  const bool has_prices = has(given, "prices") && !given.at("prices").empty();
  if (has(given, "price_type") && has_prices) {
    throw api::only_one_of({place + "[price_type]", place + "[prices]"});
  }
  if (has(given, "price_type")) return {{"price_type", given.at("price_type")}};
  if (!has_prices) {
    throw api::invalid_request("You must specify either `price_type` or `prices` as the scope.",
                               place);
  }
  if (given.at("prices").size() > most_prices) {
    throw api::too_many_items(place + "[prices]", most_prices);
  }
  Json prices = Json::array();
  for (const Json& price : given.at("prices")) {
    check_scope_price(tx, text(price, "id"),
                      concat(place, "[prices][", std::to_string(prices.size()), "][id]"));
    prices.push_back({{"id", price.at("id")}});
  }
  return {{"prices", std::move(prices)}};
}

Seconds effective_at(const Json& params, Seconds now) {
  const Seconds at = maybe_integer(params, "effective_at").value_or(now);
  if (at < now - clock_skew) throw api::future_timestamp_required("effective_at");
  return at;
}

void check_expires_at(const Json& params, Seconds now, Seconds effective) {
  const std::optional<std::int64_t> expires_at = maybe_integer(params, "expires_at");
  if (!expires_at) return;
  if (*expires_at <= now) throw api::future_timestamp_required("expires_at");
  if (*expires_at > effective) return;
  throw api::invalid_request("`expires_at` must be after `effective_at`.", "expires_at");
}

void check_priority(const Json& params) {
  const std::int64_t priority = maybe_integer(params, "priority").value_or(50);
  if (priority < 0) throw api::at_least("priority", 0);
  if (priority > 100) throw api::at_most("priority", 100);
}

bool is_unused(engine::GrantState state) {
  switch (state) {
    case engine::GrantState::pending:
    case engine::GrantState::granted:
      return true;
    case engine::GrantState::depleted:
    case engine::GrantState::expired:
    case engine::GrantState::voided:
      return false;
  }
  return false;
}

// Stripe: a customer has at most 100 unused grants; reserved amounts still count as unused.
void check_count(const store::Transaction& tx, const std::string& customer) {
  std::size_t unused = 0;
  for (const store::Document& grant : tx.where(kind, "customer", customer)) {
    if (is_unused(engine::state_of(tx, grant))) ++unused;
  }
  if (unused < most_unused_grants) return;
  throw api::invalid_request("A customer can have at most 100 unused credit grants.", "customer");
}

store::Document enter_customer(api::Context& ctx) {
  const std::optional<std::string> id = maybe_text(ctx.params, "customer");
  if (!id) {
    // Accounts as customers (customer_account) are not known here.
    if (const auto account = maybe_text(ctx.params, "customer_account")) {
      throw api::no_such("account", *account, "customer_account");
    }
    throw api::missing_parameter("customer");
  }
  store::Document customer = api::require_param(ctx.tx, "customer", *id, "customer");
  engine::enter_time_of(ctx.tx, *customer);
  return customer;
}

api::Reply create(api::Context& ctx) {
  const store::Document customer = enter_customer(ctx);
  const std::int64_t value = check_amount(ctx.params.at("amount"));
  Json scope = make_scope(ctx.tx, ctx.params.at("applicability_config").at("scope"));
  const Seconds effective = effective_at(ctx.params, ctx.now());
  check_expires_at(ctx.params, ctx.now(), effective);
  check_priority(ctx.params);
  check_count(ctx.tx, customer.id());
  Json grant = api::default_object(ctx.tx, kind);
  grant.update({{"amount",
                 {{"monetary",
                   {{"currency", text(ctx.params.at("amount").at("monetary"), "currency")},
                    {"value", value}}},
                  {"type", "monetary"}}},
                {"applicability_config", {{"scope", std::move(scope)}}},
                {"category", "paid"},
                {"customer", customer.id()},
                {"effective_at", effective},
                {"priority", 50},
                {"test_clock", customer->at("test_clock")}});
  api::assign_params(grant, ctx.params, {"category", "expires_at", "name", "priority"});
  api::merge_metadata(grant, ctx.params);
  return engine::grant_credits(ctx.tx, std::move(grant));
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

// The grant of the path, at its own customer's time.
store::Document enter_grant(api::Context& ctx) {
  store::Document grant = api::require(ctx.tx, kind, ctx.path_id);
  if (const auto customer = ctx.tx.find("customer", text(*grant, "customer"))) {
    engine::enter_time_of(ctx.tx, *customer);
  }
  return grant;
}

void refuse_finished(api::Context& ctx, const store::Document& grant) {
  const engine::GrantState state = engine::state_of(ctx.tx, grant);
  if (state == engine::GrantState::voided) {
    throw api::invalid_request(concat("The credit grant `", grant.id(), "` has been voided."));
  }
  if (state == engine::GrantState::expired) {
    throw api::invalid_request(concat("The credit grant `", grant.id(), "` has expired."));
  }
}

api::Reply update(api::Context& ctx) {
  const store::Document grant = enter_grant(ctx);
  refuse_finished(ctx, grant);
  check_expires_at(ctx.params, ctx.now(), integer(*grant, "effective_at"));
  const store::Document updated = ctx.tx.update(grant, [&](Json& edited) {
    const Json before = edited;
    api::assign_params(edited, ctx.params, {"expires_at"});
    api::merge_metadata(edited, ctx.params);
    if (edited != before) edited["updated"] = ctx.now();
  });
  if (!(updated == grant)) ctx.tx.emit("billing.credit_grant.updated", updated);
  return updated;
}

api::Reply expire(api::Context& ctx) {
  const store::Document grant = enter_grant(ctx);
  refuse_finished(ctx, grant);
  const store::Document updated = ctx.tx.update(grant, [&](Json& edited) {
    edited["expires_at"] = ctx.now();
    edited["updated"] = ctx.now();
  });
  ctx.tx.emit("billing.credit_grant.updated", updated);
  engine::expire_grant(ctx.tx, updated);
  return api::require(ctx.tx, kind, grant.id());
}

api::Reply void_grant(api::Context& ctx) {
  const store::Document grant = enter_grant(ctx);
  refuse_finished(ctx, grant);
  if (engine::was_applied(ctx.tx, grant.id())) {
    throw api::invalid_request(concat("The credit grant `", grant.id(),
                                      "` cannot be voided because it has been applied to an "
                                      "invoice. Expire it instead."));
  }
  const store::Document updated = ctx.tx.update(grant, [&](Json& edited) {
    edited["voided_at"] = ctx.now();
    edited["updated"] = ctx.now();
  });
  ctx.tx.emit("billing.credit_grant.updated", updated);
  engine::void_credits(ctx.tx, updated);
  return updated;
}

api::Reply list(api::Context& ctx) {
  const std::optional<std::string> customer = maybe_text(ctx.params, "customer");
  return api::list_documents(ctx, {.kind = kind,
                                   .index_field = customer ? "customer" : "",
                                   .index_value = customer ? std::string_view(*customer) : "",
                                   .matches = nullptr});
}

// What is due by itself: the end of a grant that is neither voided nor expired yet. Rank 2 of
// subscriptions-invoices 5.2.
void due(const Json& grant, std::vector<store::Due>& steps) {
  if (!has(grant, "expires_at") || has(grant, "voided_at")) return;
  if (maybe_boolean(grant, "_expired")) return;
  steps.push_back({.at = integer(grant, "expires_at"),
                   .rank = 2,
                   .action = "expire",
                   .clock = maybe_text(grant, "test_clock").value_or("")});
}

}  // namespace

void register_billing_credit_grants(api::Registry& registry) {
  registry.bind("billing.credit_grants.create", create);
  registry.bind("billing.credit_grants.retrieve", retrieve);
  registry.bind("billing.credit_grants.update", update);
  registry.bind("billing.credit_grants.expire", expire);
  registry.bind("billing.credit_grants.void_grant", void_grant);
  registry.bind("billing.credit_grants.list", list);
  registry.index(kind, "customer");
  registry.due(kind, due);
}

}  // namespace okapi::resources
