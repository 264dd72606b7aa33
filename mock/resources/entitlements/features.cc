// Features that products give to those who subscribe to them.
#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "entitlements.feature";

api::Reply create(api::Context& ctx) {
  const std::string key = text(ctx.params, "lookup_key");
  if (!ctx.tx.where(kind, "lookup_key", key).empty()) {
    // Stripe: the key is unique over all features, archived ones included; the sentence is a guess.
    throw api::invalid_request("A feature with the lookup_key `" + key + "` already exists.",
                               "lookup_key", "resource_already_exists");
  }
  Json feature = api::default_object(ctx.tx, kind);
  feature["active"] = true;
  feature["lookup_key"] = key;
  feature["name"] = ctx.params.at("name");
  feature["metadata"] = Json::object();
  api::merge_metadata(feature, ctx.params);
  return ctx.tx.insert(std::move(feature));
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply update(api::Context& ctx) {
  const store::Document feature = api::require(ctx.tx, kind, ctx.path_id);
  return ctx.tx.update(feature, [&](Json& edited) {
    api::assign_params(edited, ctx.params, {"active", "name"});
    api::merge_metadata(edited, ctx.params);
  });
}

// Stripe: archived features are only listed when asked for.
api::Reply list(api::Context& ctx) {
  const bool archived = maybe_boolean(ctx.params, "archived");
  const auto key = maybe_text(ctx.params, "lookup_key");
  api::ListQuery query = {.kind = kind};
  query.matches = [&](const Json& feature) {
    return boolean(feature, "active") != archived && (!key || text(feature, "lookup_key") == *key);
  };
  return api::list_documents(ctx, query);
}

}  // namespace

void register_entitlements_features(api::Registry& registry) {
  registry.bind("entitlements.features.create", create);
  registry.bind("entitlements.features.retrieve", retrieve);
  registry.bind("entitlements.features.update", update);
  registry.bind("entitlements.features.list", list);
  registry.index(kind, "lookup_key");
}

}  // namespace okapi::resources
