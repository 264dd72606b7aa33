// Payment links (api-conventions 10.3). What a visit makes of them stands in engine/checkout/links.
#include "api/expand.h"
#include "api/list.h"
#include "engine/checkout/links.h"
#include "engine/checkout/offer.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "payment_link";

api::Reply create(api::Context& ctx) {
  return engine::create_link(ctx.tx, ctx.params, ctx.base_url);
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply update(api::Context& ctx) {
  return engine::update_link(ctx.tx, api::require(ctx.tx, kind, ctx.path_id), ctx.params);
}

api::Reply list(api::Context& ctx) { return api::list_by_params(ctx, kind); }

api::Reply list_line_items(api::Context& ctx) {
  const store::Document link = api::require(ctx.tx, kind, ctx.path_id);
  return api::page_of(ctx, engine::offered_items(ctx.tx, *link));
}

Json line_items(store::Transaction& tx, const Json& link) {
  const std::string& id = text(link, "id");
  return api::embedded_list(engine::offered_items(tx, *tx.find(kind, id)),
                            "/v1/payment_links/" + id + "/line_items");
}

}  // namespace

void register_payment_links(api::Registry& registry) {
  registry.bind("payment_links.create", create);
  registry.bind("payment_links.retrieve", retrieve);
  registry.bind("payment_links.update", update);
  registry.bind("payment_links.list", list);
  registry.bind("payment_links.list_line_items", list_line_items);
  api::register_includable("payment_link.line_items", line_items);
}

}  // namespace okapi::resources
