#include "engine/credits.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/engine/world.h"

namespace okapi::engine {
namespace {

constexpr Seconds period_end = frozen_now - hour;  // finalized an hour later, which is now

store::Schema schema() {
  return {.indexes = {{"billing.credit_grant", {"customer"}},
                      {"billing.credit_balance_transaction", {"credit_grant", "_invoice"}},
                      {"invoice", {"customer"}}},
          .due = {}};
}

struct GrantOptions {
  std::int64_t value = 1000;
  std::string currency = "usd";
  std::string category = "paid";
  std::int64_t priority = 50;
  Seconds effective_at = 0;
  Json expires_at = nullptr;
  Json scope = {{"price_type", "metered"}};
};

std::string grant(store::Transaction& tx, const GrantOptions& options) {
  Json tree = api::default_object(tx, "billing.credit_grant");
  tree.update({{"amount",
                {{"monetary", {{"currency", options.currency}, {"value", options.value}}},
                 {"type", "monetary"}}},
               {"applicability_config", {{"scope", options.scope}}},
               {"category", options.category},
               {"customer", "cus_1"},
               {"effective_at", options.effective_at},
               {"expires_at", options.expires_at},
               {"priority", options.priority}});
  return grant_credits(tx, std::move(tree)).id();
}

void price(store::Transaction& tx, const std::string& id, bool metered) {
  tx.insert({{"object", "price"},
             {"id", id},
             {"recurring", {{"meter", metered ? Json("mtr_1") : Json()}}}});
}

Json line(const std::string& id, const std::string& price_id, std::int64_t amount) {
  return {{"id", id},
          {"amount", amount},
          {"discount_amounts", Json::array()},
          {"parent",
           {{"subscription_item_details", {{"subscription_item", "si_1"}}},
            {"type", "subscription_item_details"}}},
          {"pricing", {{"price_details", {{"price", price_id}}}}}};
}

Json invoice(Json lines, const std::string& status = "draft") {
  return {{"object", "invoice"},
          {"id", "in_1"},
          {"currency", "usd"},
          {"customer", "cus_1"},
          {"lines", {{"data", std::move(lines)}}},
          {"parent", {{"type", "subscription_details"}}},
          {"period_end", period_end},
          {"status", status}};
}

std::int64_t planned(const store::Transaction& tx, const Json& of) {
  std::int64_t sum = 0;
  for (const CreditApplication& application : plan_credits(tx, of)) sum += application.amount;
  return sum;
}

TEST_CASE("a grant applies when it is effective at the period's end and outlives finalization") {
  struct Case {
    std::string name;
    Seconds effective_at;
    Json expires_at;
    std::int64_t amount;
  };
  const Case cases[] = {{"effective exactly at the end", period_end, nullptr, 700},
                        {"effective a second later", period_end + 1, nullptr, 0},
                        {"expires exactly at the end", 0, period_end, 0},
                        {"expires a second later, before finalization", 0, period_end + 1, 0},
                        {"expires at the second of finalization", 0, period_end + hour, 0},
                        {"expires a second after finalization", 0, period_end + hour + 1, 700},
                        {"never expires", 0, nullptr, 700}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    TestWorld world(schema());
    store::Transaction tx(world.account, {});
    price(tx, "price_1", true);
    grant(tx, {.effective_at = c.effective_at, .expires_at = c.expires_at});
    CHECK(planned(tx, invoice(Json::array({line("il_1", "price_1", 700)}))) == c.amount);
  }
}

TEST_CASE("credits pay metered subscription lines of subscription invoices and nothing else") {
  TestWorld world(schema());
  store::Transaction tx(world.account, {});
  price(tx, "price_metered", true);
  price(tx, "price_licence", false);
  grant(tx, {.value = 100000});
  CHECK(planned(tx, invoice(Json::array({line("il_1", "price_metered", 700)}))) == 700);
  CHECK(planned(tx, invoice(Json::array({line("il_1", "price_licence", 700)}))) == 0);

  Json item = line("il_1", "price_metered", 700);
  item["parent"] = {{"invoice_item_details", {{"invoice_item", "ii_1"}}},
                    {"type", "invoice_item_details"}};
  CHECK(planned(tx, invoice(Json::array({item}))) == 0);

  Json manual = invoice(Json::array({line("il_1", "price_metered", 700)}));
  manual["parent"] = nullptr;
  CHECK(planned(tx, manual) == 0);

  Json discounted = line("il_1", "price_metered", 700);
  discounted["discount_amounts"] = Json::array({{{"amount", 100}, {"discount", "di_1"}}});
  CHECK(planned(tx, invoice(Json::array({discounted}))) == 600);
}

TEST_CASE("a scope of prices pays for those prices only") {
  TestWorld world(schema());
  store::Transaction tx(world.account, {});
  price(tx, "price_1", true);
  price(tx, "price_2", true);
  grant(tx, {.value = 5000, .scope = {{"prices", Json::array({{{"id", "price_1"}}})}}});
  const Json both =
      invoice(Json::array({line("il_1", "price_1", 700), line("il_2", "price_2", 900)}));
  CHECK(planned(tx, both) == 700);
}

// Lines 1000 and 2500; A paid, earlier expiry 1500; B gift, same expiry 400; C first by priority
// 600; D gift without expiry 9999; E in euros. C 600 and B 400, then A 1500 and D 1000.
TEST_CASE("the ordering case of the brief: four debits, 8999 left") {
  TestWorld world(schema());
  store::Transaction tx(world.account, {});
  price(tx, "price_1", true);
  const Seconds march = frozen_now + 60 * day;
  const std::string a = grant(tx, {.value = 1500, .expires_at = march});
  const std::string b = grant(tx, {.value = 400, .category = "promotional", .expires_at = march});
  const std::string c = grant(tx, {.value = 600, .priority = 10});
  const std::string d = grant(tx, {.value = 9999, .category = "promotional"});
  const std::string e = grant(tx, {.value = 5000, .currency = "eur"});
  const auto applied = post_credits(
      tx, invoice(Json::array({line("il_1", "price_1", 1000), line("il_2", "price_1", 2500)})));
  REQUIRE(applied.size() == 4);
  const std::vector<std::string> order = {c, b, a, d};
  const std::vector<std::int64_t> amounts = {600, 400, 1500, 1000};
  for (std::size_t i = 0; i < applied.size(); ++i) {
    CAPTURE(i);
    CHECK(applied[i].grant == order[i]);
    CHECK(applied[i].amount == amounts[i]);
    CHECK_FALSE(applied[i].transaction.empty());
  }
  CHECK(ledger_balance(tx, d) == 8999);
  CHECK(ledger_balance(tx, e) == 5000);
  CHECK(state_of(tx, tx.find("billing.credit_grant", c)) == GrantState::depleted);
}

TEST_CASE("what a voided invoice drew comes back, and expires at once when it is too late") {
  for (const bool late : {false, true}) {
    CAPTURE(late);
    TestWorld world(schema());
    store::Transaction tx(world.account, {});
    price(tx, "price_1", true);
    const std::string id = grant(tx, {.expires_at = frozen_now + day});
    post_credits(tx, invoice(Json::array({line("il_1", "price_1", 300)})));
    CHECK(ledger_balance(tx, id) == 700);
    CHECK(was_applied(tx, id));
    if (late) {
      tx.set_now(frozen_now + day);
      expire_grant(tx, tx.find("billing.credit_grant", id));
      CHECK(ledger_balance(tx, id) == 0);
    }
    reinstate_credits(tx, "in_1");
    CHECK(ledger_balance(tx, id) == (late ? 0 : 1000));
    CHECK(was_applied(tx, id));
  }
}

TEST_CASE("draft invoices set their share aside") {
  TestWorld world(schema());
  store::Transaction tx(world.account, {});
  price(tx, "price_1", true);
  grant(tx, {.value = 1000});
  grant(tx, {.value = 200, .effective_at = frozen_now + day});
  tx.insert(invoice(Json::array({line("il_1", "price_1", 300)})));
  const std::vector<GrantBalance> balances = grant_balances(tx, "cus_1");
  REQUIRE(balances.size() == 2);
  CHECK(balances[0].ledger == 1000);
  CHECK(balances[0].available == 700);
  CHECK(balances[1].ledger == 200);
  CHECK(balances[1].available == 0);  // not effective yet
}

}  // namespace
}  // namespace okapi::engine
