// Sources, of which only cards are made; the older way before PaymentMethods (api-conventions 9).
#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "engine/legacy_sources.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "source";

api::Reply create(api::Context& ctx) { return engine::create_source(ctx.tx, ctx.params); }

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply update(api::Context& ctx) {
  const store::Document source = api::require(ctx.tx, kind, ctx.path_id);
  for (const char* name : {"mandate", "source_order"}) {
    if (has(ctx.params, name))
      throw api::not_implemented(std::string("a source with `") + name + "`");
  }
  return ctx.tx.update(source, [&](Json& edited) {
    if (has(ctx.params, "owner")) edited["owner"].update(ctx.params.at("owner"), true);
    api::merge_metadata(edited, ctx.params);
  });
}

// Stripe: for sources whose flow is code_verification; that of a card is `none`.
api::Reply verify(api::Context& ctx) {
  const store::Document source = api::require(ctx.tx, kind, ctx.path_id);
  throw api::invalid_request("Source " + source.id() + " does not require verification.");
}

// Stripe: what arrived at a source of type receiver; at a card nothing does.
api::Reply list_transactions(api::Context& ctx) {
  (void)api::require(ctx.tx, kind, ctx.path_id);
  return api::page_of(ctx, {});
}

}  // namespace

void register_sources(api::Registry& registry) {
  registry.bind("sources.create", create);
  registry.bind("sources.retrieve", retrieve);
  registry.bind("sources.update", update);
  registry.bind("sources.verify", verify);
  registry.bind("sources.list_source_transactions", list_transactions);
}

}  // namespace okapi::resources
