// How a subscription schedule ends: with its subscription, or before it
// (subscriptions-invoices 4.3).
#pragma once

#include <string>
#include <string_view>

#include "store/account.h"

namespace okapi::engine {

enum class ScheduleEnd { canceled, completed, aborted };

// After the subscription has ended; does nothing where no schedule that still runs is behind it.
void end_schedule_of(store::Transaction& tx, const Json& subscription, ScheduleEnd how);
// The same for a schedule that has no subscription yet.
store::Document end_schedule(store::Transaction& tx, const store::Document& schedule,
                             ScheduleEnd how);
// Stripe: deleting a customer leaves nothing that could begin later.
void cancel_schedules_of(store::Transaction& tx, std::string_view customer);

// The subscription goes on without the schedule; without `preserve_cancel_date` also without an
// end.
store::Document release_schedule(store::Transaction& tx, const store::Document& schedule,
                                 bool preserve_cancel_date);

// not_started or active.
[[nodiscard]] bool is_in_force(const Json& schedule);
// Refuses what only such a schedule can have done to it: ("cancel", "canceled").
void check_in_force(const Json& schedule, const std::string& verb, const std::string& participle);

}  // namespace okapi::engine
