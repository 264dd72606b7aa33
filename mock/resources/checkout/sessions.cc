// Checkout Sessions (api-conventions 10.1). What they offer stands in engine/checkout/session, what
// becomes of them in engine/checkout/completion.
#include "api/error.h"
#include "api/expand.h"
#include "api/list.h"
#include "engine/checkout/session.h"
#include "engine/clock.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "checkout.session";

void enter_time(api::Context& ctx, const Json& owner) {
  const auto id = maybe_text(owner, "customer");
  if (!id) return;
  engine::enter_time_of(ctx.tx, *api::require_param(ctx.tx, "customer", *id, "customer"));
}

store::Document enter_session(api::Context& ctx) {
  store::Document session = api::require(ctx.tx, kind, ctx.path_id);
  enter_time(ctx, *session);
  return session;
}

api::Reply create(api::Context& ctx) {
  enter_time(ctx, ctx.params);
  return engine::create_session(ctx.tx, ctx.params,
                                {.base_url = ctx.base_url, .version = ctx.version});
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply update(api::Context& ctx) {
  return engine::update_session(ctx.tx, enter_session(ctx), ctx.params);
}

api::Reply expire(api::Context& ctx) { return engine::expire_session(ctx.tx, enter_session(ctx)); }

api::Reply list(api::Context& ctx) {
  const Json& email = at_path(ctx.params, {"customer_details", "email"});
  return api::list_by_params(ctx, kind, [email](const Json& session) {
    return email.is_null() || at_path(session, {"customer_details", "email"}) == email;
  });
}

api::Reply list_line_items(api::Context& ctx) {
  const store::Document session = api::require(ctx.tx, kind, ctx.path_id);
  return api::page_of(ctx, engine::items_of_session(ctx.tx, *session));
}

Json line_items(store::Transaction& tx, const Json& session) {
  const std::string& id = text(session, "id");
  return api::embedded_list(engine::items_of_session(tx, *tx.find(kind, id)),
                            "/v1/checkout/sessions/" + id + "/line_items");
}

}  // namespace

void register_checkout_sessions(api::Registry& registry) {
  registry.bind("checkout.sessions.create", create);
  registry.bind("checkout.sessions.retrieve", retrieve);
  registry.bind("checkout.sessions.update", update);
  registry.bind("checkout.sessions.expire", expire);
  registry.bind("checkout.sessions.list", list);
  registry.bind("checkout.sessions.list_line_items", list_line_items);
  registry.index(kind, "customer");
  registry.index(kind, "payment_intent");
  registry.index(kind, "payment_link");
  registry.index(kind, "subscription");
  registry.due(kind, engine::session_due);
  api::register_includable("checkout.session.line_items", line_items);
}

}  // namespace okapi::resources
