// Shipping rates, and what one adds to an invoice (subscriptions-invoices 3.5).
#pragma once

#include <string>

#include "store/account.h"

namespace okapi::engine {

// From the parameters of POST /v1/shipping_rates, or the shipping_rate_data of another call whose
// name is `prefix`. Throws for amounts and currencies that cannot be.
store::Document create_shipping_rate(store::Transaction& tx, const Json& params,
                                     const std::string& prefix = {});

// In minor units of `currency`: the fixed amount, or that of currency_options. Throws when the rate
// has neither; `param` is who asked.
[[nodiscard]] std::int64_t shipping_amount(const Json& rate, const std::string& currency,
                                           const std::string& param);

// invoice.shipping_cost of the parameter {shipping_rate | shipping_rate_data}; null for nothing.
[[nodiscard]] Json read_shipping_cost(store::Transaction& tx, const Json& given,
                                      const std::string& currency);

}  // namespace okapi::engine
