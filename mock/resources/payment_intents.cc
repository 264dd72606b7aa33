// Made by engine/payments.cc; reading and listing is plain storage.
#include "api/operation.h"

namespace okapi::resources {

void register_payment_intents(api::Registry& registry) {
  registry.index("payment_intent", "customer");
}

}  // namespace okapi::resources
