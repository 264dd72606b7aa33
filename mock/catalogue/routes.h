// The paths of all operations as one tree of segments a method.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "catalogue/model.h"

namespace okapi::catalogue {

struct RouteEntry {
  std::string segment;
  std::uint16_t first = 0;  // literal children, sorted
  std::uint16_t count = 0;
  std::uint16_t any = 0;  // the child that takes an id; 0: none
  std::uint16_t operation = 0xFFFF;
};

// Rows 0, 1, 2 are the roots of GET, POST, DELETE. Throws Fault when two operations share method
// and path.
[[nodiscard]] std::vector<RouteEntry> make_routes(const Catalogue& catalogue);

}  // namespace okapi::catalogue
