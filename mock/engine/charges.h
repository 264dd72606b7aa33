// Charges and the balance transactions that they and their refunds leave (api-conventions 9.6).
#pragma once

#include <optional>
#include <string>

#include "api/error.h"
#include "store/account.h"

namespace okapi::engine {

// Stripe: payments of customers on test clocks keep the real time (issue stripe-python#1183), here
// the account's own.
//
// The time of what is done now with `money`, an object that names its customer or its charge.
[[nodiscard]] Seconds payment_time(const store::Transaction& tx, const Json& money);
// Throws for an amount below the currency's minimum, or of more digits than a charge can have.
void check_charge_amount(std::int64_t amount, const std::string& currency);

// A charge of the intent's whole amount; `refusal` says why it failed, if it did. With
// capture_method manual it is only authorized: no balance transaction yet.
store::Document make_charge(store::Transaction& tx, const Json& intent,
                            const store::Document& payment_method,
                            const std::optional<api::ApiError>& refusal);
// One whose outcome the bank will tell later, and that outcome.
store::Document make_pending_charge(store::Transaction& tx, const Json& intent,
                                    const store::Document& payment_method);
store::Document settle_charge(store::Transaction& tx, const store::Document& charge,
                              const std::optional<api::ApiError>& refusal);
// Takes `amount` of an authorized charge; the rest is released.
store::Document capture_charge(store::Transaction& tx, const store::Document& charge,
                               std::int64_t amount);
// The negative transaction of a refund; gives its id.
std::string refund_transaction(store::Transaction& tx, const Json& refund);

}  // namespace okapi::engine
