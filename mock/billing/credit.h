// Credit burndown: which grant pays which line, in what order (usage-billing 4.2, 4.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace okapi::billing {

struct Grant {
  std::string id;
  std::string currency;
  int priority = 50;
  std::optional<Seconds> expires_at;
  bool promotional = false;
  Seconds effective_at = 0;
  Seconds created = 0;
  std::uint64_t sequence = 0;       // breaks ties of `created`
  std::int64_t balance = 0;         // what the ledger has left
  std::vector<std::string> prices;  // empty: any metered price
  bool voided = false;
};

struct CreditLine {
  std::string id;
  std::string price;
  std::int64_t amount = 0;  // after discounts
};

struct Burn {
  std::string grant;
  std::string line;
  std::int64_t amount = 0;
};

// The order in which grants pay: priority, expiry (never last), promotional first, effective,
// created.
[[nodiscard]] std::vector<Grant> in_paying_order(std::vector<Grant> grants);
// Eligible metered lines in invoice order. A grant applies when effective_at <= period_end <
// expires_at, it has not expired at `now` either, and currency and scope fit.
[[nodiscard]] std::vector<Burn> burn_down(const std::vector<Grant>& grants,
                                          const std::vector<CreditLine>& lines,
                                          const std::string& currency, Seconds period_end,
                                          Seconds now);

}  // namespace okapi::billing
