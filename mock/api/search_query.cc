#include "api/search_query.h"

#include <algorithm>

#include "api/error.h"
#include "base/ascii.h"

namespace okapi::api {
namespace {

constexpr std::size_t most_clauses = 10;

[[noreturn]] void refuse_query() {
  throw invalid_request(
      "We were unable to parse your search query. Try using the format `metadata[\"key\"]:"
      "\"value\"` to query for metadata or key:\"value\" to query for other fields.",
      "query");
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.';
}

bool is_bare(char c) { return is_name(c) || c == '-' || c == '+'; }

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  SearchQuery read() {
    SearchQuery query;
    query.clauses.push_back(clause());
    std::optional<bool> any;  // as the first joint says
    while (skip_blanks(), !rest_.empty()) {
      const bool joined_by_or = word("OR");
      if (!joined_by_or) (void)word("AND");
      if (any && *any != joined_by_or) {
        // Guess: the text is not recorded; the rule is documented.
        throw invalid_request(
            "Search queries cannot combine `AND` and `OR`. Use one of them for all clauses.",
            "query");
      }
      any = joined_by_or;
      query.clauses.push_back(clause());
    }
    query.any = any.value_or(false);
    if (query.clauses.size() > most_clauses) {
      throw invalid_request("Search queries can have at most 10 clauses.", "query");
    }
    return query;
  }

 private:
  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  }

  // A joining word, which ends where a blank begins.
  bool word(std::string_view wanted) {
    skip_blanks();
    if (rest_.size() <= wanted.size() || !is_blank(rest_[wanted.size()])) return false;
    if (!equal_ignoring_case(rest_.substr(0, wanted.size()), wanted)) return false;
    rest_.remove_prefix(wanted.size());
    return true;
  }

  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  std::string_view while_char(bool (*belongs)(char)) {
    const auto end = std::ranges::find_if_not(rest_, belongs);
    const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string quoted(char quote) {
    rest_.remove_prefix(1);
    std::string out;
    while (!rest_.empty() && rest_.front() != quote) {
      if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
      out += rest_.front();
      rest_.remove_prefix(1);
    }
    if (rest_.empty()) refuse_query();
    rest_.remove_prefix(1);
    return out;
  }

  bool at_quote() const {
    return !rest_.empty() && (rest_.front() == '"' || rest_.front() == '\'');
  }

  SearchOperator op() {
    using enum SearchOperator;
    if (take(":")) return equal;
    if (take("~")) return contains;
    if (take(">=")) return at_least;
    if (take("<=")) return at_most;
    if (take(">")) return greater;
    if (take("<")) return less;
    refuse_query();
  }

  SearchClause clause() {
    SearchClause read;
    skip_blanks();
    read.negated = take("-");
    read.field = while_char(is_name);
    if (read.field.empty()) refuse_query();
    if (take("[")) {
      if (!at_quote()) refuse_query();
      read.key = quoted(rest_.front());
      if (!take("]")) refuse_query();
    }
    read.op = op();
    if (at_quote()) {
      read.value = quoted(rest_.front());
    } else {
      const std::string_view bare = while_char(is_bare);
      if (bare.empty()) refuse_query();
      if (bare != "null") read.value = std::string(bare);
    }
    if (!rest_.empty() && !is_blank(rest_.front())) refuse_query();
    if (!read.value && read.op != SearchOperator::equal) refuse_query();
    return read;
  }

  std::string_view rest_;
};

}  // namespace

SearchQuery parse_search_query(std::string_view text) { return Reader(text).read(); }

}  // namespace okapi::api
