#include "app.h"

#include "dashboard/pages.h"
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
    made.advance_clocks = engine::advance_clocks;
    made.follow = engine::follow_subscriptions;
    made.authenticate = engine::authenticate;
    return made;
  }();
  return built;
}

std::function<std::optional<api::Response>(const api::Request&)> pages(
    std::string ui_dir, std::vector<std::string> allowed_hosts) {
  return [settings = dashboard::Settings{.ui_dir = std::move(ui_dir),
                                         .allowed_hosts = std::move(allowed_hosts)}](
             const api::Request& request) { return dashboard::page(request, settings); };
}

}  // namespace okapi
