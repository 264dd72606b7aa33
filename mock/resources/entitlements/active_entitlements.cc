// What a customer is entitled to now; see engine/entitlements for how it comes about.
#include "api/list.h"
#include "api/operation.h"
#include "engine/entitlements.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = engine::active_entitlement_kind;

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply list(api::Context& ctx) {
  const std::string& customer = text(ctx.params, "customer");
  (void)api::require_param(ctx.tx, "customer", customer, "customer");
  return api::list_documents(ctx,
                             {.kind = kind, .index_field = "_customer", .index_value = customer});
}

}  // namespace

void register_entitlements_active_entitlements(api::Registry& registry) {
  registry.bind("entitlements.active_entitlements.retrieve", retrieve);
  registry.bind("entitlements.active_entitlements.list", list);
  registry.index(kind, "_customer");
}

}  // namespace okapi::resources
