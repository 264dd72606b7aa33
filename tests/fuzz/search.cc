#include "api/error.h"
#include "api/search_query.h"
#include "cli/curl.h"
#include "tests/fuzz/law.h"
#include "tests/fuzz/pick.h"
#include "tests/fuzz/targets.h"
#include "tests/fuzz/world.h"

namespace okapi::fuzz {

void search(std::string_view input) {
  static const std::vector<api::Operation> known = operations_where(
      [](const api::Operation& operation) { return operation.action() == "search"; });
  static World world;
  const api::Operation operation = pick_operation(take_line(input), known);
  try {
    const api::SearchQuery query = api::parse_search_query(input);
    expect(!query.clauses.empty() && query.clauses.size() <= 10, "no clause, or too many");
  } catch (const api::ApiError&) {
  }
  (void)world.send(
      make_request("GET", std::string(operation.path()) + "?query=" + cli::url_encode(input)));
}

}  // namespace okapi::fuzz
