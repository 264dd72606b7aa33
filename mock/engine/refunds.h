// Money that goes back: refunds of charges, whole and in parts (api-conventions 9.6).
#pragma once

#include <optional>
#include <string>

#include "api/operation.h"

namespace okapi::engine {

struct RefundRequest {
  std::string charge;
  std::optional<std::int64_t> amount = {};  // empty: all that is left
  Json reason = nullptr;
  Json metadata = Json::object();
  std::string param = "amount";  // what a refusal names
};
// Writes the refund and its balance transaction, and what the charge then shows; emits
// refund.created and charge.refunded. Throws for a charge that failed, was refunded whole, or has
// less left.
store::Document refund_charge(store::Transaction& tx, const RefundRequest& request);

// Steps of time: what a card for tests of refunds makes of one.
void settle_refund(store::Transaction& tx, const store::Document& refund,
                   const api::Settings& settings);
void refund_due(const Json& refund, std::vector<store::Due>& due);

// Step of time: an authorization that nobody captured is given back, and its intent is canceled.
void expire_charge(store::Transaction& tx, const store::Document& charge,
                   const api::Settings& settings);
void charge_due(const Json& charge, std::vector<store::Due>& due);

// The charge that succeeded for this intent; throws when there is none.
[[nodiscard]] store::Document charge_of_intent(store::Transaction& tx, const std::string& intent);

}  // namespace okapi::engine
