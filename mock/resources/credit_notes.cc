// Credit notes (subscriptions-invoices 4.1).
#include "engine/credit_notes.h"

#include "api/list.h"
#include "api/operation.h"
#include "engine/clock.h"
#include "engine/settings.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "credit_note";

void enter(api::Context& ctx, const std::string& invoice) {
  const store::Document found = api::require_param(ctx.tx, "invoice", invoice, "invoice");
  if (const auto customer = ctx.tx.find("customer", text(*found, "customer"))) {
    engine::enter_time_of(ctx.tx, *customer);
  }
}

engine::DraftedCreditNote draft(api::Context& ctx) {
  enter(ctx, text(ctx.params, "invoice"));
  return engine::draft_credit_note(ctx.tx, ctx.params, engine::settings_of(ctx));
}

api::Reply create(api::Context& ctx) {
  return engine::issue_credit_note(ctx.tx, draft(ctx), engine::settings_of(ctx));
}

api::Reply preview(api::Context& ctx) { return draft(ctx).note; }

api::Reply preview_lines(api::Context& ctx) {
  return api::page_of(ctx, draft(ctx).lines.get<std::vector<Json>>());
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply update(api::Context& ctx) {
  const store::Document note = api::require(ctx.tx, kind, ctx.path_id);
  const store::Document updated = ctx.tx.update(note, [&](Json& edited) {
    api::assign_params(edited, ctx.params, {"memo"});
    api::merge_metadata(edited, ctx.params);
  });
  if (!(updated == note)) ctx.tx.emit("credit_note.updated", updated);
  return updated;
}

api::Reply void_note(api::Context& ctx) {
  const store::Document note = api::require(ctx.tx, kind, ctx.path_id);
  enter(ctx, text(*note, "invoice"));
  return engine::void_credit_note(ctx.tx, note);
}

api::Reply list(api::Context& ctx) { return api::list_by_params(ctx, kind); }

api::Reply list_lines(api::Context& ctx) {
  const store::Document note = api::require(ctx.tx, kind, ctx.path_id);
  return api::page_of(ctx, note->at("lines").at("data").get<std::vector<Json>>());
}

}  // namespace

void register_credit_notes(api::Registry& registry) {
  registry.bind("credit_notes.create", create);
  registry.bind("credit_notes.preview", preview);
  registry.bind("credit_notes.list_preview_line_items", preview_lines);
  registry.bind("credit_notes.retrieve", retrieve);
  registry.bind("credit_notes.update", update);
  registry.bind("credit_notes.void_credit_note", void_note);
  registry.bind("credit_notes.list", list);
  registry.bind("credit_notes.list_line_items", list_lines);
  registry.index(kind, "customer");
  registry.index(kind, "invoice");
}

}  // namespace okapi::resources
