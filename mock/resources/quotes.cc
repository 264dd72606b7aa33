// Quotes (subscriptions-invoices 4.2). What they compute and become stands in engine/quotes.
#include "engine/quotes.h"

#include "api/error.h"
#include "api/expand.h"
#include "api/list.h"
#include "engine/clock.h"
#include "engine/settings.h"
#include "paper/pdf.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "quote";

void enter_time(api::Context& ctx, const std::optional<std::string>& customer) {
  if (!customer) return;
  if (const store::Document document = ctx.tx.find("customer", *customer)) {
    engine::enter_time_of(ctx.tx, *document);
  }
}

store::Document enter_quote(api::Context& ctx) {
  store::Document quote = api::require(ctx.tx, kind, ctx.path_id);
  enter_time(ctx, maybe_text(*quote, "customer"));
  return quote;
}

// Stripe: ten quotes a customer on a test clock.
void check_room(api::Context& ctx, const std::optional<std::string>& customer) {
  constexpr std::size_t most_on_a_clock = 10;
  const store::Document owner = customer ? ctx.tx.find("customer", *customer) : store::Document();
  if (!ctx.settings.strict_clocks || !owner || !has(*owner, "test_clock")) return;
  if (ctx.tx.where(kind, "customer", *customer).size() < most_on_a_clock) return;
  throw api::invalid_request("A customer on a test clock can have at most 10 quotes.", "customer");
}

api::Reply create(api::Context& ctx) {
  const std::optional<std::string> customer = maybe_text(ctx.params, "customer");
  enter_time(ctx, customer);
  check_room(ctx, customer);
  return engine::create_quote(ctx.tx, ctx.params, ctx.version);
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply update(api::Context& ctx) {
  const store::Document quote = enter_quote(ctx);
  enter_time(ctx, maybe_text(ctx.params, "customer"));
  return engine::update_quote(ctx.tx, quote, ctx.params);
}

api::Reply finalize(api::Context& ctx) {
  return engine::finalize_quote(ctx.tx, enter_quote(ctx), ctx.params);
}

api::Reply accept(api::Context& ctx) {
  return engine::accept_quote(ctx.tx, enter_quote(ctx), engine::settings_of(ctx));
}

api::Reply cancel(api::Context& ctx) { return engine::cancel_quote(ctx.tx, enter_quote(ctx)); }

api::Reply list(api::Context& ctx) {
  const bool named = has(ctx.params, "customer") || has(ctx.params, "test_clock");
  api::Page page = api::list_by_params(ctx, kind, [named](const Json& quote) {
    // Stripe: what lives on a test clock is only listed for its customer or its clock.
    return named || !has(quote, "test_clock");
  });
  return page;
}

api::Reply pdf(api::Context& ctx) {
  const store::Document quote = api::require(ctx.tx, kind, ctx.path_id);
  // Stripe: "Download the PDF for a finalized quote" (API reference).
  if (text(*quote, "status") == "draft") {
    throw api::invalid_request("You can only download the PDF of a finalized quote.");
  }
  const paper::Sheet sheet = paper::quote_sheet(
      *quote, engine::items_of_quote(ctx.tx, *quote, false),
      [&](std::string_view of, std::string_view id) { return ctx.tx.find(of, id); });
  return api::File{.content_type = "application/pdf", .bytes = paper::to_pdf(sheet)};
}

api::Reply list_line_items(api::Context& ctx) {
  const store::Document quote = api::require(ctx.tx, kind, ctx.path_id);
  return api::page_of(ctx, engine::items_of_quote(ctx.tx, *quote, false));
}

api::Reply list_upfront(api::Context& ctx) {
  const store::Document quote = api::require(ctx.tx, kind, ctx.path_id);
  return api::page_of(ctx, engine::items_of_quote(ctx.tx, *quote, true));
}

Json line_items(store::Transaction& tx, const Json& quote) {
  const std::string& id = text(quote, "id");
  return api::embedded_list(engine::items_of_quote(tx, *tx.find(kind, id), false),
                            "/v1/quotes/" + id + "/line_items");
}

}  // namespace

void register_quotes(api::Registry& registry) {
  registry.bind("quotes.create", create);
  registry.bind("quotes.retrieve", retrieve);
  registry.bind("quotes.update", update);
  registry.bind("quotes.finalize_quote", finalize);
  registry.bind("quotes.accept", accept);
  registry.bind("quotes.cancel", cancel);
  registry.bind("quotes.list", list);
  registry.bind("quotes.pdf", pdf);
  registry.bind("quotes.list_line_items", list_line_items);
  registry.bind("quotes.list_computed_upfront_line_items", list_upfront);
  registry.index(kind, "customer");
  registry.due(kind, engine::quote_due);
  api::register_includable("quote.line_items", line_items);
}

}  // namespace okapi::resources
