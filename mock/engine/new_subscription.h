// From the parameters of a new subscription to its tree, all refusals included; nothing is stored
// but inline prices. Creation and previews both come here (subscriptions-invoices 2.3, 2.4).
#pragma once

#include <string_view>

#include "engine/cycle.h"

namespace okapi::engine {

struct NewSubscription {
  const Json& params;
  store::Document customer;
  std::string_view version;  // the default billing mode changed with 2025-09-30.clover
  std::string prefix = {};   // "subscription_details" in previews
};
[[nodiscard]] Json make_subscription(store::Transaction& tx, const NewSubscription& wanted);

// Stripe: a customer has at most 500 subscriptions that go on, or wait in a schedule; on a test
// clock three, which counts with --strict-clocks. Throws.
void check_room_for_subscription(const store::Transaction& tx, const store::Document& customer,
                                 const api::Settings& settings);

[[nodiscard]] StartOptions start_options(const Json& params);

// What okapi does not do yet is refused with 501 rather than billed wrongly: Connect and the like.
// `operation` names the caller.
void refuse_unsupported(const Json& params, std::string_view operation);

// default_tax_rates, automatic_tax and discounts of the parameters, where they are named.
void set_terms(store::Transaction& tx, Json& subscription, const Json& params,
               const std::string& prefix = {});

// billing_mode of the parameters, else the version's default.
[[nodiscard]] Json billing_mode(const Json& params, std::string_view version, Seconds now);

// Checks of single parameters that creation and update share.
[[nodiscard]] std::string attached_payment_method(store::Transaction& tx, const Json& params,
                                                  const std::string& customer,
                                                  const std::string& prefix = {});
void check_days_until_due(const Json& params, const std::string& collection_method,
                          bool has_days_already);
[[nodiscard]] Json read_thresholds(const Json& params);

}  // namespace okapi::engine
