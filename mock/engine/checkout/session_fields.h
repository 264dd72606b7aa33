// The parameters of a Checkout Session as its fields: checks first, then everything that is kept as
// it was sent.
#pragma once

#include "store/account.h"

namespace okapi::engine {

// What okapi does not do yet (501), and what contradicts itself (400).
void check_session_params(const store::Transaction& tx, const Json& params);
// A session with every field but its lines, amounts and address.
[[nodiscard]] Json new_session(store::Transaction& tx, const Json& params);
// {address, business_name, email, individual_name, name, phone, tax_exempt, tax_ids} of a customer;
// null members where nothing is known.
[[nodiscard]] Json blank_details();

}  // namespace okapi::engine
