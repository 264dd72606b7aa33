// What a page's invoices came to, in a line each, for the end of `okapi replay --explain`.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace okapi::cli {

// "  …-0006  150000 hypernian_tokens       200.00 + 50.00 = 250.00" of an explanation
// (engine/explain.h): lines and credits that are not zero, then the total.
[[nodiscard]] std::string invoice_summary(const Json& explanation);
// "  credits  +120000.00 -44900.00 … = 0.00" of credit balance transactions, newest first as
// listed.
[[nodiscard]] std::string ledger_summary(const std::vector<Json>& transactions);

}  // namespace okapi::cli
