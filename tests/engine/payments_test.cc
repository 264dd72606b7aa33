#include "engine/payments.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/payment_methods.h"
#include "tests/engine/world.h"

namespace okapi::engine {
namespace {

using Types = std::vector<std::string>;

store::Schema no_indexes() { return {}; }

PaymentRequest request_of(std::int64_t amount) {
  return {.customer = "cus_1",
          .currency = "usd",
          .amount = amount,
          .description = "Subscription creation",
          .invoice = "in_1"};
}

struct Paid {
  PaymentOutcome outcome;
  Types events;
};

Paid pay(TestWorld& world, const std::string& magic, std::int64_t amount, bool off_session) {
  store::Transaction tx(world.account, {});
  const store::Document card = require_payment_method(tx, magic, "payment_method");
  const std::string intent = open_payment_intent(tx, request_of(amount));
  Paid paid{.outcome = confirm_payment_intent(tx, intent, card, off_session), .events = {}};
  tx.commit();
  paid.events = event_types(world.account);
  return paid;
}

TEST_CASE("the fee is 2.9 % and 30 cents, rounded half up, as nine recorded payments show") {
  struct Case {
    std::int64_t amount;
    std::int64_t fee;
  };
  const Case cases[] = {{1000, 59}, {2500, 103},  {22500, 683}, {1900, 85},
                        {950, 58},  {25000, 755}, {50, 31},     {99'999'999, 2'900'030}};
  for (const Case& c : cases) {
    CAPTURE(c.amount);
    TestWorld world(no_indexes());
    const Paid paid = pay(world, "pm_card_visa", c.amount, true);
    REQUIRE(paid.outcome.status == PaymentStatus::succeeded);
    store::Transaction tx(world.account, {});
    const store::Document charge = tx.find("charge", paid.outcome.charge);
    const store::Document fee =
        tx.find("balance_transaction", text(*charge, "balance_transaction"));
    CHECK(integer(*fee, "fee") == c.fee);
    CHECK(integer(*fee, "net") == c.amount - c.fee);
    // 2026-01-01 00:00 and seven days.
    CHECK(integer(*fee, "available_on") == frozen_now + 7 * day);
  }
}

TEST_CASE("a payment that succeeds leaves charge, intent and three events in order") {
  TestWorld world(no_indexes());
  const Paid paid = pay(world, "pm_card_visa", 20000, true);
  CHECK(paid.events ==
        Types{"payment_intent.created", "charge.succeeded", "payment_intent.succeeded"});
  store::Transaction tx(world.account, {});
  const store::Document intent = tx.find("payment_intent", paid.outcome.payment_intent);
  CHECK(text(*intent, "status") == "succeeded");
  CHECK(text(*intent, "latest_charge") == paid.outcome.charge);
  CHECK(integer(*intent, "amount_received") == 20000);
  CHECK(text(intent->at("payment_details"), "order_reference") == "in_1");
  CHECK_FALSE(paid.outcome.refusal.has_value());
}

TEST_CASE("a declined payment keeps its charge, goes back, and says why") {
  TestWorld world(no_indexes());
  const Paid paid = pay(world, "pm_card_chargeCustomerFail", 20000, true);
  CHECK(paid.outcome.status == PaymentStatus::declined);
  CHECK(paid.events ==
        Types{"payment_intent.created", "charge.failed", "payment_intent.payment_failed"});
  REQUIRE(paid.outcome.refusal.has_value());
  const api::ApiError& refusal = *paid.outcome.refusal;
  CHECK(refusal.status == 402);
  CHECK(refusal.commits);
  CHECK(refusal.code == "card_declined");
  CHECK(text(refusal.extra, "decline_code") == "generic_decline");
  CHECK(text(refusal.extra, "charge") == paid.outcome.charge);
  CHECK(text(refusal.extra.at("payment_intent"), "status") == "requires_payment_method");
  store::Transaction tx(world.account, {});
  const store::Document charge = tx.find("charge", paid.outcome.charge);
  CHECK(text(*charge, "status") == "failed");
  CHECK_FALSE(has(*charge, "balance_transaction"));
  const store::Document intent = tx.find("payment_intent", paid.outcome.payment_intent);
  CHECK(text(intent->at("last_payment_error"), "code") == "card_declined");
  CHECK_FALSE(has(*intent, "payment_method"));
}

TEST_CASE("a card that wants authentication asks on session and declines off session") {
  {
    TestWorld world(no_indexes());
    const Paid paid = pay(world, "pm_card_authenticationRequired", 20000, false);
    CHECK(paid.outcome.status == PaymentStatus::requires_action);
    CHECK(paid.outcome.charge.empty());
    CHECK(paid.events == Types{"payment_intent.created", "payment_intent.requires_action"});
  }
  {
    TestWorld world(no_indexes());
    const Paid paid = pay(world, "pm_card_authenticationRequired", 20000, true);
    CHECK(paid.outcome.status == PaymentStatus::declined);
    REQUIRE(paid.outcome.refusal.has_value());
    CHECK(paid.outcome.refusal->code == "authentication_required");
  }
}

TEST_CASE("a canceled intent stays canceled and says so once") {
  TestWorld world(no_indexes());
  {
    store::Transaction tx(world.account, {});
    const std::string intent = open_payment_intent(tx, request_of(100));
    cancel_payment_intent(tx, intent);
    cancel_payment_intent(tx, intent);
    tx.commit();
  }
  CHECK(event_types(world.account) == Types{"payment_intent.created", "payment_intent.canceled"});
}

}  // namespace
}  // namespace okapi::engine
