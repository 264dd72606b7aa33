// Whose time it is, and what happens as time passes. An account has a clock of its own; a customer
// on a test clock, and all that belongs to the customer, lives by that one (subscriptions-invoices
// 5).
#pragma once

#include <string>

#include "api/operation.h"

namespace okapi::engine {

// The time that rules this customer: the test clock's frozen_time, else the account's.
[[nodiscard]] Seconds now_of(const store::Transaction& tx, const Json& customer);
// Whether this customer or subscription lives on a test clock; only those that do are parsed.
[[nodiscard]] bool is_on_test_clock(const store::Document& document);
// Sets the transaction's time to the customer's and refuses (429) while the clock advances. Every
// handler that writes to a customer's objects begins with it.
void enter_time_of(store::Transaction& tx, const Json& customer);
// Both api::RunDue: one step of what is due, in the order of subscriptions-invoices 5.2; one step
// of the test clocks that advance.
bool run_due(store::Transaction& tx, const api::Settings& settings);
bool advance_clocks(store::Transaction& tx, const api::Settings& settings);

}  // namespace okapi::engine
