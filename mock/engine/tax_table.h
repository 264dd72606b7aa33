// Automatic tax. Stripe knows the world's rates; okapi has a table that a fixture or a test writes:
// the active tax rates whose metadata says automatic_tax=true, each for its country, or for a state
// of it (subscriptions-invoices 2.11).
#pragma once

#include <string>
#include <vector>

#include "store/account.h"

namespace okapi::engine {

enum class TaxLocation { unknown, not_collecting, collecting };
struct LocatedTaxes {
  TaxLocation location = TaxLocation::unknown;
  std::vector<store::Document> rates;
};
// By the address goods are shipped to, else the customer's; both may be null.
[[nodiscard]] LocatedTaxes taxes_at(const store::Transaction& tx, const Json& shipping,
                                    const Json& address);
// True where the table is asked and there is no address to look up.
[[nodiscard]] bool lacks_location(const store::Transaction& tx, const Json& shipping,
                                  const Json& address);
// Stripe: enabling asks for an address that is known. Guess: without a table nothing is asked for.
// Throws; `customer` may be an id that is not there.
void check_tax_location(const store::Transaction& tx, const std::string& customer);

}  // namespace okapi::engine
