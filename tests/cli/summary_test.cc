#include "cli/summary.h"

#include <doctest/doctest.h>

using namespace okapi;
using namespace okapi::cli;

TEST_CASE("an invoice in one line: what is not zero, then the total") {
  const Json explanation = {
      {"number", "ABC-0006"},
      {"currency", "usd"},
      {"lines",
       {{{"amount", 20000}, {"usage", nullptr}},
        {{"amount", 0}, {"usage", {{"quantity", "45000000"}, {"event_name", "tokens"}}}},
        {{"amount", 4490000}, {"usage", {{"quantity", "45000000"}, {"event_name", "tokens"}}}}}},
      {"discounts", 0},
      {"credits", 4490000},
      {"tax", 0},
      {"total", 20000}};
  CHECK(invoice_summary(explanation) ==
        "  ABC-0006       45000000 tokens               200.00 + 44,900.00 - 44,900.00 = 200.00\n");
}

TEST_CASE("the credit ledger in one line, oldest first") {
  const auto transaction = [](const char* type, std::int64_t value) {
    return Json{{"type", type},
                {type, {{"amount", {{"monetary", {{"currency", "usd"}, {"value", value}}}}}}}};
  };
  const std::vector<Json> newest_first = {transaction("debit", 7510000),
                                          transaction("debit", 4490000),
                                          transaction("credit", 12000000)};
  CHECK(
      ledger_summary(newest_first) ==
      "  credits                                      120,000.00 - 44,900.00 - 75,100.00 = 0.00\n");
  CHECK(ledger_summary({}).empty());
}
