#include "app.h"

#include "engine/clock.h"
#include "engine/entitlements.h"
#include "engine/intents.h"
#include "resources/register_all.h"

namespace okapi {

const api::Registry& registry() {
  static const api::Registry built = [] {
    api::Registry made;
    resources::register_all(made);
    made.run_due = engine::run_due;
    made.follow = engine::follow_subscriptions;
    made.authenticate = engine::authenticate;
    return made;
  }();
  return built;
}

}  // namespace okapi
