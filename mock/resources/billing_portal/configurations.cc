// Configurations of the customer portal (api-conventions 10.2): what customers may do there.
#include "api/list.h"
#include "engine/portal.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "billing_portal.configuration";

api::Reply create(api::Context& ctx) {
  return engine::create_portal_configuration(ctx.tx, ctx.params, ctx.base_url);
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply update(api::Context& ctx) {
  return engine::update_portal_configuration(ctx.tx, api::require(ctx.tx, kind, ctx.path_id),
                                             ctx.params, ctx.base_url);
}

api::Reply list(api::Context& ctx) { return api::list_by_params(ctx, kind); }

}  // namespace

void register_billing_portal_configurations(api::Registry& registry) {
  registry.bind("billing_portal.configurations.create", create);
  registry.bind("billing_portal.configurations.retrieve", retrieve);
  registry.bind("billing_portal.configurations.update", update);
  registry.bind("billing_portal.configurations.list", list);
}

}  // namespace okapi::resources
