#include "billing/price_text.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "billing/currency.h"
#include "tests/billing/prices.h"

using namespace okapi;
using namespace okapi::billing;
using namespace okapi::billing::test;

TEST_CASE("prices are written with the currency's decimals, and more only where needed") {
  struct Case {
    std::string currency;
    std::string unit_amount;
    std::string text;
  };
  const Case cases[] = {
      {"usd", "0", "$0.00"},
      {"usd", "0.1", "$0.001"},
      {"usd", "3.6", "$0.036"},
      {"usd", "5", "$0.05"},
      {"usd", "10", "$0.10"},
      {"usd", "900", "$9.00"},
      {"usd", "54537", "$545.37"},
      {"usd", "188000", "$1,880.00"},
      {"usd", "163700.5", "$1,637.005"},
      {"usd", "123456789012", "$1,234,567,890.12"},
      {"usd", "0.000000000001", "$0.00000000000001"},
      {"usd", "-5", "-$0.05"},
      {"usd", "-0.5", "-$0.005"},
      {"eur", "7500", "€75.00"},
      {"gbp", "999", "£9.99"},
      {"jpy", "1000", "¥1,000"},
      {"jpy", "0", "¥0"},
      {"jpy", "0.5", "¥0.5"},
      {"krw", "100", "₩100"},
      {"chf", "175000", "CHF 1,750.00"},
      {"kwd", "1500", "KWD 1.500"},
      {"bhd", "0.1", "BHD 0.0001"},
      {"ugx", "50000", "UGX 500.00"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.currency);
    CAPTURE(c.unit_amount);
    CHECK(price_text(c.currency, number(c.unit_amount)) == c.text);
  }
}

TEST_CASE("minimum charges by currency") {
  struct Case {
    std::string currency;
    std::int64_t amount = 0;
  };
  const Case cases[] = {{"usd", 50},   {"eur", 50},  {"cad", 50},   {"aud", 50},     {"nzd", 50},
                        {"chf", 50},   {"sgd", 50},  {"brl", 50},   {"inr", 50},     {"gbp", 30},
                        {"jpy", 50},   {"dkk", 250}, {"nok", 300},  {"sek", 300},    {"hkd", 400},
                        {"mxn", 1000}, {"pln", 200}, {"czk", 1500}, {"huf", 17'500}, {"kwd", 500},
                        {"zar", 50}};
  for (const Case& c : cases) {
    CAPTURE(c.currency);
    CHECK(minimum_charge(c.currency) == c.amount);
  }
}

TEST_CASE("line descriptions as recorded") {
  struct Case {
    std::string name;
    Rate price;
    std::string quantity;
    LineWords words;
    std::vector<std::string> texts;
  };
  const LineWords hypernian{.product = "Hypernian tokens", .currency = "usd"};
  const Case cases[] = {
      {"per unit",
       per_unit("2000"),
       "1",
       {.product = "Gold Special", .currency = "usd"},
       {"1 × Gold Special (at $20.00 / month)"}},
      {"with a unit label",
       per_unit("2500"),
       "1",
       {.product = "Test Subscription", .unit_label = "user", .currency = "usd"},
       {"1 user × Test Subscription (at $25.00 / month)"}},
      {"tiers with label and flat amounts",
       graduated({tier("300", "0", "900"), tier("inf", "3.6", "0")}),
       "331",
       {.product = "Gitpod Usage", .unit_label = "credit", .currency = "usd"},
       {"300 credit × Gitpod Usage (Tier 1 at $0.00 / month)",
        "Gitpod Usage (Tier 1 at $9.00 / month)",
        "31 credit × Gitpod Usage (Tier 2 at $0.036 / month)",
        "Gitpod Usage (Tier 2 at $0.00 / month)"}},
      {"volume",
       volume({tier("inf", "1800")}),
       "1",
       {.product = "Point-Free Monthly", .unit_label = "seat", .currency = "usd"},
       {"1 seat × Point-Free Monthly (Tier 1 at $18.00 / month)"}},
      {"package without usage",
       packages("7500", 50),
       "0",
       {.product = "Additional active users", .currency = "eur", .divide_by = 50},
       {"0 × Additional active users (at €75.00 per 50 units / month)"}},
      {"package",
       packages("8", 60),
       "9892",
       {.product = "Retell Voice Engine + Play TTS", .currency = "usd", .divide_by = 60},
       {"9892 × Retell Voice Engine + Play TTS (at $0.08 per 60 units / month)"}},
      {"every three months",
       per_unit("54537"),
       "1",
       {.product = "MS/HS — Upfront", .currency = "usd", .recurrence = {Interval::month, 3}},
       {"1 × MS/HS — Upfront (at $545.37 / every 3 months)"}},
      {"yearly in francs",
       per_unit("2500"),
       "1",
       {.product = "Reduit", .currency = "chf", .recurrence = {Interval::year, 1}},
       {"1 × Reduit (at CHF 25.00 / year)"}},
      {"thousands in the price only",
       per_unit("188000"),
       "1000",
       {.product = "Solana Full", .currency = "usd"},
       {"1000 × Solana Full (at $1,880.00 / month)"}},
      {"no usage",
       hypernian_graduated(),
       "0",
       hypernian,
       {"0 × Hypernian tokens (Tier 1 at $0.00 / month)"}},
      {"one over",
       hypernian_graduated(),
       "100001",
       hypernian,
       {"100000 × Hypernian tokens (Tier 1 at $0.00 / month)",
        "1 × Hypernian tokens (Tier 2 at $0.001 / month)"}},
      {"a fraction of usage",
       per_unit("100"),
       "2.5",
       hypernian,
       {"2.5 × Hypernian tokens (at $1.00 / month)"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    std::vector<std::string> texts;
    for (const RatedLine& line : rate(c.price, number(c.quantity))) {
      texts.push_back(line_text(line, c.words));
    }
    CHECK(texts == c.texts);
  }
}

TEST_CASE("trials and prorations in words") {
  const LineWords words{.product = "Test Subscription", .unit_label = "user", .currency = "usd"};
  const LineWords plain{.product = "Product", .currency = "usd"};
  CHECK(free_trial_text(number("1"), words) == "Free trial for 1 user × Test Subscription");
  CHECK(free_trial_text(number("1"), plain) == "Free trial for 1 × Product");
  CHECK(classic_trial_text(plain) == "Trial period for Product");
  CHECK(classic_metered_trial_text(Decimal(), plain) == "0 × Product (Free trial)");
  CHECK(unused_time_text(number("1"), words, 1'762'799'411) ==
        "Unused time on Test Subscription after 10 Nov 2025");
  CHECK(remaining_time_text(number("3"), plain, 1'762'799'411) ==
        "Remaining time on 3 × Product after 10 Nov 2025");
}
