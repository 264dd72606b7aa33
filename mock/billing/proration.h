// What a change inside a period costs (subscriptions-invoices 2.6): the share of the period that is
// left, as an exact fraction of seconds, times the whole old item (a credit) or the whole new item
// (a charge). Every line is rounded on its own, then lines are added.
#pragma once

#include <cstdint>

#include "base/decimal.h"
#include "billing/period.h"

namespace okapi::billing {

// A change at `at`, start <= at <= end.
struct Change {
  Period period = {};
  Seconds at = 0;
};

// "Remaining time on …" and "Unused time on …" of a price per unit; the credit is zero or less.
[[nodiscard]] std::int64_t remaining_charge(const Change& change, Decimal quantity,
                                            Decimal unit_amount);
[[nodiscard]] std::int64_t unused_credit(const Change& change, Decimal quantity,
                                         Decimal unit_amount);
// The same of an amount: what the tiers bill for the whole period, or an earlier debit with its
// discounts that is given back.
[[nodiscard]] std::int64_t remaining_charge(const Change& change, std::int64_t amount);
[[nodiscard]] std::int64_t unused_credit(const Change& change, std::int64_t amount);

}  // namespace okapi::billing
