// The phases of a subscription schedule as they are stored, read from parameters or from a running
// subscription (subscriptions-invoices 4.3). A phase is [start_date, end_date); each begins where
// the one before it ends.
#pragma once

#include <string>

#include "engine/param_name.h"
#include "store/account.h"

namespace okapi::engine {

struct NewPhases {
  const Json& params;    // the `phases` parameter
  std::string customer;  // whose payment methods and discounts they may name
  Seconds start = 0;     // of the first phase, where it does not say
  const Json& mode;      // billing_mode, which decides what items go together
};
// Throws for whatever no subscription could take, for dates that do not follow each other, and for
// more phases than a schedule can have.
[[nodiscard]] Json read_phases(store::Transaction& tx, const NewPhases& wanted);

// The subscription as it is now, as one phase that ends with the current period.
[[nodiscard]] Json phase_of(const Json& subscription);

// default_settings with what the parameters say; `before` null: the defaults of a new schedule.
[[nodiscard]] Json read_default_settings(store::Transaction& tx, const Json& params,
                                         const std::string& customer, const Json& before);

// What of a phase a subscription takes, as the parameters that create or update one: items,
// default_payment_method, collection_method, days_until_due, description, discounts,
// default_tax_rates, automatic_tax, billing_thresholds, metadata. The default settings stand in for
// what the phase leaves open.
[[nodiscard]] Json subscription_params(const Json& schedule, const Json& phase);
// add_invoice_items of the phase as the parameters of its subscription.
[[nodiscard]] Json added_item_params(const Json& phase);

}  // namespace okapi::engine
