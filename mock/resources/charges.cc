// Made by engine/payments.cc; reading and listing is plain storage.
#include "api/operation.h"
#include "api/search.h"

namespace okapi::resources {

void register_charges(api::Registry& registry) {
  registry.bind("charges.search", api::search_objects);
  registry.index("charge", "customer");
  registry.index("charge", "payment_intent");
}

}  // namespace okapi::resources
