#include "app.h"

#include "dashboard/pages.h"
#include "engine/clock.h"
#include "engine/entitlements.h"
#include "engine/intents.h"
#include "hosted/pages.h"
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

std::function<std::optional<api::Response>(server::Dispatch&, const api::Request&)> pages(
    std::string ui_dir, std::vector<std::string> allowed_hosts) {
  return [settings = dashboard::Settings{.ui_dir = std::move(ui_dir),
                                         .allowed_hosts = std::move(allowed_hosts)}](
             server::Dispatch& dispatch, const api::Request& request) {
    if (auto hosted = hosted::page(dispatch, request, settings.allowed_hosts)) return hosted;
    return dashboard::page(request, settings);
  };
}

}  // namespace okapi
