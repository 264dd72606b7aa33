// How deep a JSON text nests, looked at before it is parsed: parsing does not recurse, but walking
// and printing the tree do, so text from outside must not choose how much stack that takes.
#pragma once

#include <cstddef>
#include <string_view>

namespace okapi {

[[nodiscard]] bool nests_deeper(std::string_view json, std::size_t levels);

}  // namespace okapi
