// The table of event types that okapi can produce says what the sources say.
#include "events/produced.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "api/catalogue.h"

namespace okapi::events {
namespace {

namespace fs = std::filesystem;

// What stands between quotes in the sources of a folder.
void add_literals(const fs::path& folder, std::set<std::string>& literals) {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".cc") continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    std::size_t at = 0;
    while ((at = text.find('"', at)) != text.npos) {
      const std::size_t end = text.find('"', at + 1);
      if (end == text.npos) break;
      literals.insert(text.substr(at + 1, end - at - 1));
      at = at + 1;
    }
  }
}

TEST_CASE("the event types that can happen are those that the sources name") {
  std::set<std::string> literals;
  const fs::path mock = fs::path(OKAPI_SOURCE_DIR) / "mock";
  add_literals(mock / "engine", literals);
  add_literals(mock / "resources", literals);
  std::set<std::string> named;
  for (const std::string_view type : api::event_types()) {
    if (literals.contains(std::string(type))) named.emplace(type);
  }
  const std::set<std::string> table(produced_types().begin(), produced_types().end());
  CHECK(std::ranges::is_sorted(produced_types()));
  CHECK(named == table);
  CHECK(table.size() + types_not_produced().size() == api::event_types().size());
}

}  // namespace
}  // namespace okapi::events
