#include "api/catalogue.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

namespace okapi::api {
namespace {

// A path with `id` in the place of every {…}.
std::string filled(std::string_view path, std::string_view id) {
  std::string result;
  while (!path.empty()) {
    const std::size_t open = std::min(path.find('{'), path.size());
    result += path.substr(0, open);
    path.remove_prefix(open);
    if (path.empty()) break;
    result += id;
    path.remove_prefix(path.find('}') + 1);
  }
  return result;
}

std::size_t ids_in(std::string_view path) {
  return static_cast<std::size_t>(std::count(path.begin(), path.end(), '{'));
}

TEST_CASE("every operation routes to itself") {
  for (std::uint32_t i = 0; i < operation_count(); ++i) {
    const Operation wanted(i);
    CAPTURE(std::string(wanted.name()));
    Route route;
    REQUIRE(find_route(wanted.method(), filled(wanted.path(), "x%2Fy"), route));
    CHECK(route.operation == wanted);
    CHECK(route.path_ids == std::vector<std::string>(ids_in(wanted.path()), "x/y"));
  }
}

TEST_CASE("the whole API is there") {
  CHECK(operation_count() == 650);
  CHECK(object_count() == 180);
  CHECK(api_version() == "2026-10-28.endive");
}

}  // namespace
}  // namespace okapi::api
