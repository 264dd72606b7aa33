// Made by engine/payments.cc; reading and listing is plain storage.
#include "api/operation.h"

namespace okapi::resources {

void register_balance_transactions(api::Registry& registry) {
  registry.index("balance_transaction", "source");
}

}  // namespace okapi::resources
