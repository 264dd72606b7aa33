#include <algorithm>

#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "store/compact_json.h"

namespace okapi::resources {
namespace {

constexpr std::string_view kind = "event";

// Stripe: invoice.* stands for all that begin with "invoice."; * for everything.
bool matches_type(std::string_view type, std::string_view pattern) {
  if (!pattern.ends_with('*')) return type == pattern;
  return type.starts_with(pattern.substr(0, pattern.size() - 1));
}

std::vector<std::string> asked_types(const Json& params) {
  std::vector<std::string> patterns;
  if (const auto type = maybe_text(params, "type")) patterns.push_back(*type);
  if (!has(params, "types")) return patterns;
  if (!patterns.empty()) throw api::only_one_of({"type", "types"});
  const Json& types = params.at("types");
  if (types.size() > 20) throw api::too_many_items("types", 20);
  for (const Json& one : types) patterns.push_back(one.get<std::string>());
  return patterns;
}

api::Reply list(api::Context& ctx) {
  const std::vector<std::string> patterns = asked_types(ctx.params);
  api::ListQuery query{.kind = kind};
  if (!patterns.empty() || has(ctx.params, "created") || has(ctx.params, "delivery_success")) {
    // Read off the text: an account keeps a hundred thousand of them.
    query.shows = [&](const store::Document& event) {
      const std::string type = store::find_text(event.text(), "type").value_or("");
      const bool wanted =
          patterns.empty() || std::ranges::any_of(patterns, [&](const std::string& pattern) {
            return matches_type(type, pattern);
          });
      if (!wanted) return false;
      // Nothing waits for a webhook here, so every event counts as delivered.
      if (has(ctx.params, "delivery_success") && !boolean(ctx.params, "delivery_success"))
        return false;
      return !has(ctx.params, "created") ||
             api::in_range(ctx.params.at("created"), integer(*event, "created"));
    };
  }
  return api::list_documents(ctx, query);
}

}  // namespace

void register_events(api::Registry& registry) {
  registry.bind("events.list", list);
  registry.stored("events.retrieve");
}

}  // namespace okapi::resources
