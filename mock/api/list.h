// Lists: cursors, limits, `created` ranges and equality filters, newest first
// (api-conventions 6.1).
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "api/operation.h"

namespace okapi::api {

struct ListQuery {
  std::string_view kind;
  // Narrow by an index of the schema; empty: the whole kind.
  std::string_view index_field = {};
  std::string_view index_value = {};
  // Every listed document must satisfy both (null: all do). The first has each one parsed: a list
  // that has none of it joins stored texts, hundreds of times as fast.
  std::function<bool(const Json& document)> matches = nullptr;
  std::function<bool(const store::Document& document)> shows = nullptr;
  std::string_view url = {};  // default: the request's path
};

// For `matches`, where it looks at nothing but ctx.params: none when there are none.
template <typename Matches>
[[nodiscard]] std::function<bool(const Json& document)> if_asked(const Context& ctx,
                                                                 Matches matches) {
  if (ctx.params.empty()) return nullptr;
  return matches;
}

// One page by ctx.input (limit, starting_after, ending_before). Throws no_such for a bogus cursor.
[[nodiscard]] Page list_documents(Context& ctx, const ListQuery& query);
// The plain list: every parameter of the operation that is a field of the object filters by
// equality, `created` by range; an indexed field is used when there is one.
[[nodiscard]] Page list_by_params(Context& ctx, std::string_view kind,
                                  std::function<bool(const Json& document)> also = nullptr);
// Whether list_by_params understands this parameter of a list of `kind`: a field of the same name,
// or for arrays of the singular (ids, lookup_keys).
[[nodiscard]] bool filters_by_field(std::string_view kind, const Node& param);
// A page of rows that are not stored; `ids` of trees are the cursors.
[[nodiscard]] Page page_of(Context& ctx, std::vector<Json> newest_first, std::string_view url = {});
// {gt, gte, lt, lte} or an exact number, as params delivers `created`.
[[nodiscard]] bool in_range(const Json& range, std::int64_t value);

// A list embedded in an object: {"object":"list","data":[…],"has_more":false,"url":url}.
[[nodiscard]] Json embedded_list(std::vector<Json> data, std::string_view url,
                                 bool with_total_count = false);

}  // namespace okapi::api
