// The query language of /search (api-conventions 6.2): clauses joined by AND (or spaces) or by OR.
// Text in, clauses out; which fields there are and what they match is search.h's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace okapi::api {

enum class SearchOperator { equal, contains, greater, less, at_least, at_most };

struct SearchClause {
  std::string field;
  std::optional<std::string> key;  // metadata["key"]
  SearchOperator op = SearchOperator::equal;
  std::optional<std::string> value;  // empty: null, "has no value"
  bool negated = false;
};

struct SearchQuery {
  std::vector<SearchClause> clauses;  // at least one
  bool any = false;                   // joined by OR
};

// Throws ApiError: what cannot be parsed, AND beside OR, more than ten clauses.
[[nodiscard]] SearchQuery parse_search_query(std::string_view text);

}  // namespace okapi::api
