// Subscriptions that began before they were made: backdate_start_date at creation
// (subscriptions-invoices 2.2, usage-billing 3.4). The time that has passed is billed with the
// first invoice, or not at all with proration_behavior=none.
#pragma once

#include "engine/bill.h"

namespace okapi::engine {

// Writes start_date; refuses one that lies ahead.
void set_start(Json& subscription, const Json& params, Seconds now, const std::string& prefix);
[[nodiscard]] bool is_backdated(const Json& subscription);
// After the anchor is settled: where the items' current periods begin.
void settle_backdated_periods(Json& subscription, Seconds now);

// What the item owes for the time before its current period: in flexible billing a line for each
// natural period, in classic billing one line for all of a licence's.
void add_backdated_lines(store::Transaction& tx, Bill& bill, const Json& subscription,
                         const Json& item);
// Classic billing with a later anchor: the first period reaches from the start to the anchor, and
// is billed on one line.
[[nodiscard]] bool begins_in_the_past(const Json& subscription, const Json& item);
void add_first_period_line(store::Transaction& tx, Bill& bill, const Json& subscription,
                           const Json& item, Decimal quantity);
// Refuses a bill of more lines than an invoice may have.
void check_line_count(const Bill& bill);

}  // namespace okapi::engine
