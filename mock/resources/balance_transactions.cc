// Made by engine/charges.cc and engine/refunds.cc.
#include "api/operation.h"

namespace okapi::resources {

void register_balance_transactions(api::Registry& registry) {
  registry.stored("balance_transactions.list");
  registry.stored("balance_transactions.retrieve");
  registry.index("balance_transaction", "source");
}

}  // namespace okapi::resources
