// Webhook endpoints (api-conventions 11.2): where events go. The deliveries themselves are made
// outside of every transaction, see events/webhook_queue.h.
#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "api/render.h"
#include "api/url.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "webhook_endpoint";
constexpr int secret_length = 38;  // whsec_ and 32 characters, as Stripe's

void check_url(const Json& params) {
  const auto url = maybe_text(params, "url");
  if (!url) return;
  if (url->find("://") == std::string::npos) {
    throw api::invalid_request("Invalid URL: An explicit scheme (such as https) must be provided.",
                               "url", "url_invalid");
  }
  if (!api::parse_url(*url)) throw api::invalid_url("url");
}

void check_events(const Json& params) {
  if (!params.contains("enabled_events")) return;
  if (!has(params, "enabled_events") || params.at("enabled_events").empty()) {
    throw api::missing_parameter("enabled_events");
  }
}

api::Reply create(api::Context& ctx) {
  check_url(ctx.params);
  check_events(ctx.params);
  Json endpoint = api::default_object(ctx.tx, kind);
  api::assign_params(endpoint, ctx.params, {"api_version", "description", "enabled_events", "url"});
  api::merge_metadata(endpoint, ctx.params);
  endpoint["status"] = "enabled";
  endpoint["_connect"] = maybe_boolean(ctx.params, "connect");
  endpoint["_secret"] = ctx.tx.new_id("whsec_", secret_length);
  endpoint.erase("secret");
  // Stripe: the secret is told once.
  Json answer = api::public_tree(ctx.tx.insert(endpoint));
  answer["secret"] = endpoint.at("_secret");
  return answer;
}

api::Reply update(api::Context& ctx) {
  const store::Document endpoint = api::require(ctx.tx, kind, ctx.path_id);
  check_url(ctx.params);
  check_events(ctx.params);
  return ctx.tx.update(endpoint, [&](Json& edited) {
    api::assign_params(edited, ctx.params, {"description", "enabled_events", "url"});
    api::merge_metadata(edited, ctx.params);
    if (has(ctx.params, "disabled")) {
      edited["status"] = boolean(ctx.params, "disabled") ? "disabled" : "enabled";
    }
  });
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply list(api::Context& ctx) { return api::list_by_params(ctx, kind); }

api::Reply del(api::Context& ctx) {
  ctx.tx.erase(api::require(ctx.tx, kind, ctx.path_id));
  return api::deleted_stub(kind, ctx.path_id);
}

}  // namespace

void register_webhook_endpoints(api::Registry& registry) {
  registry.bind("webhook_endpoints.create", create);
  registry.bind("webhook_endpoints.retrieve", retrieve);
  registry.bind("webhook_endpoints.update", update);
  registry.bind("webhook_endpoints.list", list);
  registry.bind("webhook_endpoints.del", del);
}

}  // namespace okapi::resources
