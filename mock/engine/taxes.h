// Tax rates on bills (subscriptions-invoices 2.11): of a line, else of the invoice; exclusive or
// inclusive; after discounts and billing credits. The arithmetic is billing/tax.h's.
#pragma once

#include <string>

#include "engine/bill.h"

namespace okapi::engine {

// The tax rates of a parameter, whole as objects show them; null and [] are none. Throws for
// unknown and for archived ones, and for more than `most`.
[[nodiscard]] Json read_tax_rates(store::Transaction& tx, const Json& ids, const std::string& param,
                                  std::size_t most);
constexpr std::size_t most_default_tax_rates = 5;
constexpr std::size_t most_line_tax_rates = 10;

// The ids that a working keeps: its line's own rates; null: those of the invoice count.
[[nodiscard]] Json tax_rate_ids(const Json& tax_rates);

// Writes taxes of every line and total_taxes of the invoice.
void apply_taxes(const store::Transaction& tx, Bill& bill);

}  // namespace okapi::engine
