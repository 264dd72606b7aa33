// Test clocks (subscriptions-invoices 5): a customer made with one lives by it, and an advance
// plays everything that falls due on the way.
#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "engine/clock.h"
#include "engine/customer_end.h"
#include "engine/terms.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "test_helpers.test_clock";

// Stripe: `customer` puts an existing customer on the clock (since 2026-05-27).
void place_customer(api::Context& ctx, const std::string& clock_id) {
  const std::optional<std::string> id = maybe_text(ctx.params, "customer");
  if (!id) return;
  const store::Document customer = api::require_param(ctx.tx, "customer", *id, "customer");
  if (has(*customer, "test_clock")) {
    throw api::invalid_request("This customer already has a test clock.", "customer");
  }
  // Guess: what already runs on the account's time cannot be moved to another.
  if (!ctx.tx.where("subscription", "customer", *id).empty() ||
      !ctx.tx.where("invoice", "customer", *id).empty()) {
    throw api::invalid_request(
        "This customer has subscriptions or invoices and can no longer be put on a test clock.",
        "customer");
  }
  ctx.tx.emit("customer.updated",
              ctx.tx.update(customer, [&](Json& edited) { edited["test_clock"] = clock_id; }));
}

api::Reply create(api::Context& ctx) {
  Json clock = api::default_object(ctx.tx, kind);
  // Differs: Stripe deletes the clock then; okapi keeps it (docs say 30 days, the sample object 7).
  clock["deletes_after"] = ctx.now() + 30 * day;
  clock["frozen_time"] = integer(ctx.params, "frozen_time");
  clock["name"] = maybe_text(ctx.params, "name") ? ctx.params.at("name") : Json();
  clock["status"] = "ready";
  clock["status_details"] = Json::object();
  const store::Document stored = ctx.tx.insert(std::move(clock));
  ctx.tx.emit("test_helpers.test_clock.created", stored);
  place_customer(ctx, stored.id());
  return stored;
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply list(api::Context& ctx) { return api::list_by_params(ctx, kind); }

// Stripe: at most two intervals of the shortest subscription, two years without one.
Seconds furthest(const store::Transaction& tx, const Json& clock) {
  const Seconds now = integer(clock, "frozen_time");
  Seconds limit = add_months(now, 24);
  for (const store::Document& subscription :
       tx.where("subscription", "test_clock", text(clock, "id"))) {
    if (has(*subscription, "ended_at")) continue;
    for (const Json& item : subscription->at("items").at("data")) {
      const Json& recurring = item.at("price").at("recurring");
      const billing::Recurrence recurrence = engine::read_recurrence(recurring);
      limit = std::min(limit, billing::boundary(now, recurrence, 2));
    }
  }
  return limit;
}

void check_target(api::Context& ctx, const Json& clock, Seconds target) {
  if (target <= integer(clock, "frozen_time")) {
    throw api::invalid_request(
        "`frozen_time` must be later than the test clock's current frozen time.", "frozen_time");
  }
  // Differs: the limit holds only with settings.strict_clocks, so that a test may skip years.
  if (ctx.settings.strict_clocks && target > furthest(ctx.tx, clock)) {
    throw api::invalid_request(
        "The test clock cannot be advanced by more than two intervals of its shortest subscription "
        "(or two years without subscriptions).",
        "frozen_time");
  }
}

api::Reply advance(api::Context& ctx) {
  const store::Document clock = api::require(ctx.tx, kind, ctx.path_id);
  if (text(*clock, "status") == "advancing") throw api::test_clock_advancing(clock.id());
  if (text(*clock, "status") != "ready") {
    throw api::invalid_request("The test clock failed to advance and cannot be used any more.");
  }
  const Seconds target = integer(ctx.params, "frozen_time");
  check_target(ctx, *clock, target);
  ctx.tx.set_now(integer(*clock, "frozen_time"));
  // Stripe: the answer still has the old frozen_time; the work is done after it was sent.
  const store::Document advancing = ctx.tx.update(clock, [&](Json& edited) {
    edited["status"] = "advancing";
    edited["status_details"] = {{"advancing", {{"target_frozen_time", target}}}};
  });
  ctx.tx.emit("test_helpers.test_clock.advancing", advancing);
  return advancing;
}

// Stripe: deletes the clock's customers with it, which cancels their subscriptions.
api::Reply del(api::Context& ctx) {
  // Guess: also while it advances, which ends the advance where it is.
  const store::Document clock = api::require(ctx.tx, kind, ctx.path_id);
  ctx.tx.set_now(integer(*clock, "frozen_time"));
  for (const store::Document& customer : ctx.tx.where("customer", "test_clock", clock.id())) {
    engine::delete_customer(ctx.tx, customer);
  }
  ctx.tx.erase(clock);
  ctx.tx.emit("test_helpers.test_clock.deleted", clock);
  return api::deleted_stub(kind, clock.id());
}

void due(const Json& clock, std::vector<store::Due>& steps) {
  if (text(clock, "status") != "advancing") return;
  steps.push_back(
      {.at = 0, .rank = 0, .action = "advance", .clock = std::string(api::advancing_clocks)});
}

}  // namespace

void register_test_helpers_test_clocks(api::Registry& registry) {
  registry.bind("test_helpers.test_clocks.create", create);
  registry.bind("test_helpers.test_clocks.retrieve", retrieve);
  registry.bind("test_helpers.test_clocks.list", list);
  registry.bind("test_helpers.test_clocks.advance", advance);
  registry.bind("test_helpers.test_clocks.del", del);
  registry.due(kind, due);
  registry.index(kind, "status");
}

}  // namespace okapi::resources
