// Made by engine/payments.cc; reading and listing is plain storage.
#include "api/operation.h"

namespace okapi::resources {

void register_charges(api::Registry& registry) {
  registry.index("charge", "customer");
  registry.index("charge", "payment_intent");
}

}  // namespace okapi::resources
