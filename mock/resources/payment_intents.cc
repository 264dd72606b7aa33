// Made by engine/payments.cc; reading and listing is plain storage.
#include "api/operation.h"
#include "api/search.h"

namespace okapi::resources {

void register_payment_intents(api::Registry& registry) {
  registry.bind("payment_intents.search", api::search_objects);
  registry.index("payment_intent", "customer");
}

}  // namespace okapi::resources
